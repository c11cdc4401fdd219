/** Door ids in the person's own order: what comes right after the doors that are near. */
export type Pins = readonly string[];

export function pinned(pins: Pins, doorId: string): Pins {
  return [...unpinned(pins, doorId), doorId];
}

export function unpinned(pins: Pins, doorId: string): Pins {
  return pins.filter((id) => id !== doorId);
}

/** Moves a pinned door one place up (-1) or down (1); it stays where it is at the end of the order. */
export function moved(pins: Pins, doorId: string, by: -1 | 1): Pins {
  const from = pins.indexOf(doorId);
  const other = pins[from + by];
  if (from < 0 || other === undefined) return pins;
  return pins.with(from, other).with(from + by, doorId);
}

/** The pins of doors that this device still knows: only among them does a place mean anything. */
export function knownPins(pins: Pins, doors: readonly { id: string }[]): Pins {
  return pins.filter((pin) => doors.some(({ id }) => id === pin));
}
