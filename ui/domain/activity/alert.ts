import { m } from "$messages";
import { number } from "$shared/numbers";
import type { DoorAlert } from "../bindings";

export type AlertLook =
  "forced" | "open" | "shut" | "lockdown" | "lifted" | "fault" | "clock" | "camera";

interface Words {
  title: string;
  detail: string;
  look: AlertLook;
}

/** What is said of an alert, calmly: what happened, and what it means to somebody who lives there. */
export function describeAlert(alert: DoorAlert): Words {
  switch (alert.type) {
    case "forced":
      return { title: m.alert_forced(), detail: m.alert_forced_detail(), look: "forced" };
    case "held_open": {
      const title = m.alert_held_open({ seconds: number(alert.afterS) });
      return { title, detail: m.alert_held_open_detail(), look: "open" };
    }
    case "closed":
      return { title: m.alert_closed(), detail: m.alert_closed_detail(), look: "shut" };
    case "lockdown":
      return lockdown(alert.lockdown);
    case "not_moved":
      return { title: m.alert_not_moved(), detail: m.alert_not_moved_detail(), look: "fault" };
    case "clock_unknown": {
      const title = m.alert_clock_unknown();
      return { title, detail: m.alert_clock_unknown_detail(), look: "clock" };
    }
    case "clock_known":
      return { title: m.alert_clock_known(), detail: m.alert_clock_known_detail(), look: "clock" };
    case "camera_impaired": {
      const title = m.alert_camera_impaired();
      return { title, detail: m.alert_camera_impaired_detail(), look: "camera" };
    }
    case "camera_well":
      return { title: m.alert_camera_well(), detail: m.alert_camera_well_detail(), look: "camera" };
  }
}

function lockdown(level: Extract<DoorAlert, { type: "lockdown" }>["lockdown"]): Words {
  if (level === "off") {
    const detail = m.alert_lockdown_off_detail();
    return { title: m.alert_lockdown_off(), detail, look: "lifted" };
  }
  const detail =
    level === "everyone" ? m.alert_lockdown_everyone_detail() : m.alert_lockdown_visitors_detail();
  return { title: m.alert_lockdown(), detail, look: "lockdown" };
}
