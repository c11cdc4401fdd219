/** Whether what is focused takes keys as text, or is a dialog of its own. */
export function isTypedInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.closest('[role="dialog"], textarea, input:not([type="range"])') !== null;
}
