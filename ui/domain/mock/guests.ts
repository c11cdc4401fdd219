import type { Pass, PassCode, PassDraft, PassLink, PassState } from "../bindings";

const HOUR_MS = 3_600_000;

/** The modules of a QR code, a row each, dark ones as bits. */
const ROWS =
  "1fca1327f 104f29141 175061a5d 175c2975d 17537d45d 105c04c41 1fd55557f 1556800 17c5d857c " +
  "18ed7b6f 6c6f0894 83393fdf f85319b eb2a5607 1046b48da 1d2862ecc 1179aa4b9 9a0c62ed 146cf48b4 " +
  "1d2133bbf 105326098 1f047f465 13e9c150e 108f11b17 17f3085fa 195bb17 1fc3e9356 10583df1f " +
  "1752905f8 175365f97 1756b4d60 104967b54 1fd1a8762";

const WIDTH = 33;

const URL = "https://pass.linden.example/pass/3q2-7wEjRWeJq83vEjRWeA";

function qrSvg(): string {
  const rows = ROWS.split(" ").map((row) => parseInt(row, 16).toString(2).padStart(WIDTH, "0"));
  const modules = rows.flatMap((row, y) =>
    Array.from({ length: WIDTH }, (_, x) => (row[x] === "1" ? `M${x + 4} ${y + 4}h1v1h-1z` : "")),
  );
  const white = '<rect width="41" height="41" fill="#fff"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 41 41">${white}<path d="${modules.join("")}"/></svg>`;
}

const link = (warns: boolean): PassLink => ({ url: URL, qrSvg: qrSvg(), warns });

export function passCode(code: string, warns = false): PassCode {
  return { code, link: link(warns) };
}

function pass(id: string, label: string, more: Partial<Pass>): Pass {
  return {
    id: `pass-${id}`,
    kind: "guest",
    label,
    doorIds: ["door-main"],
    fromMs: 0,
    untilMs: 0,
    uses: "several",
    state: "good",
    shown: null,
    ...more,
  };
}

/** The passes of an evening in Linden House. */
export function somePasses(nowMs: number): Pass[] {
  const tonight = new Date(nowMs).setHours(23, 59, 0, 0);
  const at = (hours: number) => nowMs + hours * HOUR_MS;
  const ended = (state: PassState, untilMs: number) => ({ state, fromMs: at(-90), untilMs });
  return [
    pass("ines", "Ines Falk", {
      doorIds: ["door-main", "door-flat"],
      fromMs: at(-1),
      untilMs: tonight,
      shown: passCode("480213"),
    }),
    pass("sofa", "The sofa", {
      kind: "delivery",
      doorIds: ["door-parcels"],
      fromMs: at(14),
      untilMs: at(20),
      uses: "once",
      state: "later",
      shown: passCode("715906", true),
    }),
    pass("aunt", "Aunt Klara", { fromMs: at(-20), untilMs: at(80) }),
    pass("jonas", "Jonas Vale", { uses: "once", ...ended("used", at(2)) }),
    pass("plants", "Tomás, for the plants", ended("over", at(-26))),
    pass("party", "Birthday", ended("revoked", at(-40))),
  ];
}

/** The same, and a wardrobe that comes into the apartment. */
export function passesWithHome(nowMs: number): Pass[] {
  const wardrobe = pass("wardrobe", "The wardrobe", {
    kind: "delivery",
    doorIds: ["door-flat"],
    fromMs: nowMs - HOUR_MS,
    untilMs: nowMs + 3 * HOUR_MS,
    uses: "once",
    shown: passCode("266814"),
  });
  return [wardrobe, ...somePasses(nowMs)];
}

/** What the core would make of a draft. */
export function madeFrom(draft: PassDraft, number: number, nowMs: number): Pass {
  const fromMs = draft.fromMs ?? nowMs;
  return {
    ...draft,
    id: `pass-made-${number}`,
    fromMs,
    state: fromMs > nowMs ? "later" : "good",
    shown: passCode("302857"),
  };
}
