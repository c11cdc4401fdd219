import { tick } from "svelte";

/** Leads to the first field of a form with something wrong in it, once that is shown. */
export async function focusFirstFault(formId: string): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>(`#${formId} [aria-invalid="true"]`)?.focus();
}
