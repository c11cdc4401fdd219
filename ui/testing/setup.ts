import { vi } from "vitest";

// Tests read what somebody in Britain reads, whatever machine they run on.
vi.stubGlobal("navigator", { languages: ["en-GB"] });
