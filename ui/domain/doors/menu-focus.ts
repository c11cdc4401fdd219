import type { Attachment } from "svelte/attachments";

const TRIGGER = ".menu-trigger";

/** Keeps the focus at the menu of a door that was just arranged: what moves on the page, or is drawn anew, loses it. */
export class MenuFocus {
  private page: HTMLElement | null = null;
  private doorId: string | null = null;

  /** Watches the page with the doors. */
  readonly watch: Attachment<HTMLElement> = (page) => {
    this.page = page;
    const note = ({ target }: Event) => this.note(target);
    document.addEventListener("focusin", note);
    document.addEventListener("pointerdown", note);
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerdown", note);
    };
  };

  /** To be called once doors have moved. */
  restore(): void {
    const isLost = document.activeElement === document.body;
    if (this.doorId === null || !isLost) return;
    const door = `[data-door-id="${CSS.escape(this.doorId)}"]`;
    this.page?.querySelector<HTMLElement>(`${door} ${TRIGGER}`)?.focus();
  }

  private note(target: EventTarget | null): void {
    // The menu stands elsewhere on the page than its door.
    if (!(target instanceof Element) || target.closest('[role="menu"]')) return;
    const door = target.closest(TRIGGER)?.closest<HTMLElement>("[data-door-id]");
    this.doorId = door?.dataset.doorId ?? null;
  }
}
