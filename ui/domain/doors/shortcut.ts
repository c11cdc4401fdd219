/** Modifiers as the core writes them, in the order in which they are told. */
const MODIFIERS = [
  ["Ctrl", "ctrlKey"],
  ["Alt", "altKey"],
  ["Shift", "shiftKey"],
  ["Super", "metaKey"],
] as const;

type Pressed = Pick<KeyboardEvent, "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

const IS_MODIFIER = /^(Control|Alt|Shift|Meta|OS)(Left|Right)?$|^AltGraph$/;

/** The keys that are down, as in `Ctrl+Alt+KeyU`; `null` while only modifiers are. */
export function shortcutOf(event: Pressed): string | null {
  if (event.code === "" || IS_MODIFIER.test(event.code)) return null;
  const held = MODIFIERS.filter(([, flag]) => event[flag]).map(([name]) => name);
  return [...held, event.code].join("+");
}

/** A shortcut's keys one by one, as they are printed on a keyboard. */
export function keyNames(shortcut: string): string[] {
  return shortcut.split("+").map((key) => key.replace(/^(Key|Digit)(?=.$)/, ""));
}
