import { describe, expect, it } from "vitest";
import { door } from "../mock/building";
import { Draft } from "./draft.svelte";
import { fromField, momentInWords, soon, toField, tonight } from "./times";

const at = (text: string) => new Date(text).getTime();
const NOW = at("2026-05-12T18:42:10");
const DOORS = [door("main", "Main entrance"), door("flat", "Apartment 3B", { kind: "unit" })];

const draft = (doors = DOORS) => new Draft(doors, () => NOW);

const named = (change: (draft: Draft) => void = () => undefined) => {
  const it = draft();
  it.label = " Ines ";
  change(it);
  return it;
};

describe("a pass that nothing was said of", () => {
  it("is for the first door from now until tonight, as often as its holder likes", () => {
    const it = named();
    expect(it.faults()).toEqual({});
    expect(it.pass()).toEqual({
      kind: "guest",
      label: "Ines",
      doorIds: ["door-main"],
      fromMs: null,
      untilMs: at("2026-05-12T23:59"),
      uses: "several",
    });
  });

  it("needs a name, and a door where there is one", () => {
    expect(Object.keys(draft().faults())).toEqual(["label"]);
    expect(Object.keys(draft([]).faults())).toEqual(["label", "doors"]);
  });
});

describe("the doors of a pass", () => {
  it("are as many as are chosen", () => {
    const it = named((draft) => draft.choose("door-flat", true));
    expect(it.pass().doorIds).toEqual(["door-main", "door-flat"]);
    it.choose("door-main", false);
    expect(it.pass().doorIds).toEqual(["door-flat"]);
    it.choose("door-flat", false);
    expect(it.faults().doors).toBeDefined();
  });

  it("are one where the pass is good once", () => {
    const it = named((draft) => draft.choose("door-flat", true));
    it.uses = "once";
    expect(it.pass().doorIds).toEqual(["door-main"]);
    it.choose("door-flat", true);
    expect(it.pass().doorIds).toEqual(["door-flat"]);
  });

  it("are never an apartment's for a delivery, which comes once", () => {
    const it = named((draft) => {
      draft.choose("door-main", false);
      draft.choose("door-flat", true);
      draft.kind = "delivery";
    });
    expect(it.choices.map(({ id }) => id)).toEqual(["door-main"]);
    expect(it.pass()).toMatchObject({ kind: "delivery", doorIds: ["door-main"], uses: "once" });
  });
});

describe("a delivery into the apartment", () => {
  const home = door("flat", "Apartment 3B", { kind: "unit", keypad: true });
  const chosen = (doors = [DOORS[0], home], opens = true) => {
    const it = new Draft(
      doors.filter((door) => door !== undefined),
      () => NOW,
      opens,
    );
    it.label = "The wardrobe";
    it.kind = "delivery";
    return it;
  };
  const offered = (it: Draft) => it.choices.map(({ id }) => id);

  it("is offered only where the person chose it, and the door takes codes", () => {
    expect(offered(chosen())).toEqual(["door-main", "door-flat"]);
    expect(offered(chosen([DOORS[0], home], false))).toEqual(["door-main"]);
    expect(offered(chosen(DOORS))).toEqual(["door-main"]);
  });

  it("is never what nobody asked for", () => {
    expect(chosen([home, DOORS[0]]).doorIds).toEqual(["door-main"]);
    expect(Object.keys(chosen([home]).faults())).toEqual(["doors"]);
    const guest = new Draft([home], () => NOW, true);
    expect(guest.doorIds).toEqual(["door-flat"]);
    guest.kind = "delivery";
    expect(guest.doorIds).toEqual([]);
  });

  it("opens one door, for a day at most", () => {
    const it = chosen();
    expect(it.home).toBeUndefined();
    it.choose("door-flat", true);
    expect(it.home?.name).toBe("Apartment 3B");
    expect(it.pass()).toMatchObject({ kind: "delivery", doorIds: ["door-flat"], uses: "once" });
    it.until = "2026-05-13T18:42";
    expect(it.faults()).toEqual({});
    it.until = "2026-05-13T18:43";
    expect(Object.keys(it.faults())).toEqual(["until"]);
    it.choose("door-main", true);
    expect(it.faults()).toEqual({});
  });
});

describe("the time of a pass", () => {
  const faults = (from: string | null, until: string) =>
    Object.keys(
      named((draft) => {
        draft.starts = from === null ? "now" : "later";
        draft.from = from ?? "";
        draft.until = until;
      }).faults(),
    );

  it("ends after it begins, in time to come, within 31 days", () => {
    expect(faults(null, "2026-05-12T18:43")).toEqual([]);
    expect(faults(null, "2026-05-12T18:42")).toEqual(["until"]);
    expect(faults(null, "")).toEqual(["until"]);
    expect(faults(null, "2026-06-12T18:42")).toEqual([]);
    expect(faults(null, "2026-06-12T18:43")).toEqual(["until"]);
    expect(faults("2026-05-13T10:00", "2026-05-13T10:00")).toEqual(["until"]);
    expect(faults("2026-05-13T10:00", "2026-05-13T11:00")).toEqual([]);
    expect(faults("", "2026-05-13T11:00")).toEqual(["from"]);
    expect(faults("2026-07-13T10:00", "2026-07-13T11:00")).toEqual(["from"]);
  });

  it("may begin later", () => {
    const it = named((draft) => (draft.starts = "later"));
    expect(it.pass().fromMs).toBe(at("2026-05-12T19:00"));
  });
});

describe("moments", () => {
  it("of a late evening reach into the next one", () => {
    expect(tonight(at("2026-05-12T22:59"))).toBe(at("2026-05-12T23:59"));
    expect(tonight(at("2026-05-12T23:10"))).toBe(at("2026-05-13T23:59"));
    expect(soon(at("2026-12-31T23:10"))).toBe(at("2027-01-01T00:00"));
  });

  it("come out of a field as they went in", () => {
    for (const text of ["2026-05-12T18:42", "2026-11-03T00:05"]) {
      expect(toField(fromField(text) ?? 0)).toBe(text);
    }
    expect(fromField("")).toBeNull();
    expect(fromField("tonight")).toBeNull();
  });

  it("are said as people say them", () => {
    expect(momentInWords(at("2026-05-12T23:59"), NOW)).toMatch(/^today, /);
    expect(momentInWords(at("2026-05-13T08:00"), NOW)).toMatch(/^tomorrow, /);
    expect(momentInWords(at("2026-05-15T08:00"), NOW)).toMatch(/Fri.*15/);
    expect(momentInWords(at("2026-05-11T08:00"), NOW)).toMatch(/Mon.*11/);
  });
});
