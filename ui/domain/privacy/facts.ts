import type { LucideIcon } from "@lucide/svelte";
import ClipboardList from "@lucide/svelte/icons/clipboard-list";
import { m } from "$messages";

/** What the building knows, or cannot know. */
export interface Fact {
  icon: LucideIcon;
  title: string;
  text: string;
  warn?: boolean;
}

/** That the building's log names who came in. */
export const namedRecords = (): Fact => ({
  icon: ClipboardList,
  title: m.settings_privacy_named_title(),
  text: m.settings_privacy_named(),
  warn: true,
});
