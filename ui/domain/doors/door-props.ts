import type { AppError, DoorCard } from "../bindings";
import type { Failure } from "../failure";

/** What a door is shown by, large or in the list. */
export interface DoorProps {
  door: DoorCard;
  /** Its state is that of an unlock from afar. */
  remote: boolean;
  pinned: boolean;
  /** Whether the system asks who it is before it opens. */
  confirmed: boolean;
  /** What a failure is told as. */
  describe: (error: AppError) => Failure;
  /** Where it is watched live; `null` where it has no camera. */
  liveHref: string | null;
  onunlock: () => void;
  onunlockremotely: () => void;
  ondismiss: () => void;
}
