import type { Backend } from "../backend";
import { MockBackend } from "./backend";
import { scenarioFrom } from "./scenario";

const query = new URLSearchParams(location.search);
const theme = query.get("theme");
if (theme) localStorage.setItem("theme", theme);

const mock = new MockBackend(scenarioFrom(query, Date.now()));

declare global {
  interface Window {
    /** The mocked core, for tests to drive. Not in the app's own build. */
    vestibuleMock?: MockBackend;
  }
}

window.vestibuleMock = mock;

export const backend: Backend = mock;
