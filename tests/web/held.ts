import type { AppWindow } from "./window.ts";

type Call = (...args: unknown[]) => Promise<unknown>;

/** Has the core do what `call` asks for only once the answer of this function is called. */
export async function held(app: AppWindow, call: string): Promise<() => Promise<boolean>> {
  await app.page.evaluate((call) => {
    const mock = window.vestibuleMock as unknown as Record<string, Call>;
    const act = mock[call]?.bind(mock);
    mock[call] = async (...args) => {
      await new Promise((go) => addEventListener("answer", go, { once: true }));
      return act?.(...args);
    };
  }, call);
  return () => app.page.evaluate(() => dispatchEvent(new Event("answer")));
}
