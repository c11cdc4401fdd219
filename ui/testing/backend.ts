import type { Backend, BackendEvents } from "$domain/backend";

type Handler = (payload: never) => void;

export interface FakeBackend extends Backend {
  emit<E extends keyof BackendEvents>(event: E, payload: BackendEvents[E]): void;
}

/** A core that does only what a test says; everything else fails the test. */
export function fakeBackend(answers: Partial<Backend>): FakeBackend {
  const handlers = new Map<string, Handler[]>();
  const unexpected = (name: string) => () => Promise.reject(new Error(`unexpected call: ${name}`));
  return {
    snapshot: unexpected("snapshot"),
    setPreferences: unexpected("setPreferences"),
    setConfirmed: unexpected("setConfirmed"),
    setShortcut: unexpected("setShortcut"),
    notificationOutlet: unexpected("notificationOutlet"),
    setCollected: unexpected("setCollected"),
    collectAll: unexpected("collectAll"),
    previewInvite: unexpected("previewInvite"),
    takePendingInvite: unexpected("takePendingInvite"),
    takePendingErrand: unexpected("takePendingErrand"),
    enrol: unexpected("enrol"),
    unlock: unexpected("unlock"),
    unlockRemotely: unexpected("unlockRemotely"),
    makeOwnCode: unexpected("makeOwnCode"),
    revealOwnCode: unexpected("revealOwnCode"),
    activity: unexpected("activity"),
    clipTimeline: unexpected("clipTimeline"),
    exportClip: unexpected("exportClip"),
    passes: unexpected("passes"),
    makePass: unexpected("makePass"),
    changePass: unexpected("changePass"),
    revokePass: unexpected("revokePass"),
    liveOpen: unexpected("liveOpen"),
    liveClose: unexpected("liveClose"),
    privacyPolicy: unexpected("privacyPolicy"),
    watched: unexpected("watched"),
    devices: unexpected("devices"),
    removeDevice: unexpected("removeDevice"),
    exportData: unexpected("exportData"),
    forgetOwnUnlocks: unexpected("forgetOwnUnlocks"),
    forgetEverywhere: unexpected("forgetEverywhere"),
    forget: unexpected("forget"),
    fragmentsUrl: (clipId, first, last) => `/${clipId}/${first}-${last}`,
    thumbnailUrl: (clipId) => `/${clipId}/thumbnail`,
    livePartUrl: (liveId, n) => `/live/${liveId}/${n}`,
    listen: (event, handler) => {
      handlers.set(event, [...(handlers.get(event) ?? []), handler]);
      return Promise.resolve(() => undefined);
    },
    emit: (event, payload) => handlers.get(event)?.forEach((handler) => handler(payload as never)),
    ...answers,
  };
}
