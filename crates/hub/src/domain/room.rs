//! Makes room for uploads where a building's space for clips is used up: whose clips give way, and who is refused.

use std::collections::{HashMap, VecDeque};

use access::{ClipId, DoorId};
use hub_api::{ApiError, ErrorCode};

use super::clips::Uploader;
use super::{Hub, HubError, Result};
use crate::store::{ClipChange, StoreError, StoredClip};

/// How often a building's clips are looked at anew when some of them change as room is made.
const LOOKS: usize = 8;

/// Whether a building has room for more of a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Room {
    /// It has.
    Enough,
    /// It has once these clips gave way.
    After(Vec<ClipId>),
    /// It has not, whatever may give way to this door.
    None,
}

/// So many bytes of a clip that are to be stored.
#[derive(Clone, Copy, Debug)]
struct Need {
    door: DoorId,
    bytes: u64,
    quota_bytes: u64,
}

impl Hub {
    /// Lets clips that nobody holds give way until so much more of a clip fits, always one of the door that uses most.
    /// Refuses, before it deletes anything, what would not fit even then.
    pub(super) async fn make_room(&self, from: Uploader, bytes: u64) -> Result<()> {
        let mut without_room = self.without_room.lock().await;
        let need = Need {
            door: from.door,
            bytes,
            quota_bytes: self.settings.clip_quota_bytes(),
        };
        for _ in 0..LOOKS {
            self.delete_hidden_clips().await?;
            match room(&self.store.stored_clips(from.building).await?, need) {
                Room::Enough => {
                    without_room.remove(&from.door);
                    return Ok(());
                }
                Room::After(going) => self.give_way(going).await?,
                Room::None => {
                    if without_room.insert(from.door) {
                        log_out_of_room(from.door);
                    }
                    return refuse_for_want_of_room();
                }
            }
        }
        refuse_for_want_of_room()
    }

    /// One that was held or deleted since it was chosen is left as it is.
    async fn give_way(&self, going: Vec<ClipId>) -> Result<()> {
        for clip in going {
            match self.change_clip(clip, ClipChange::GiveWay).await {
                Err(HubError::Store(StoreError::Conflict)) => return Ok(()),
                result => result?,
            }
            tracing::warn!(%clip, "out of room: a clip was deleted before its time");
        }
        Ok(())
    }
}

fn log_out_of_room(door: DoorId) {
    tracing::error!(
        %door,
        "OUT OF ROOM: the door cannot upload clips, and nothing that is left may be deleted for it. Release held \
         clips (`vestibule-hub clip list`), or raise clip_quota_mib in hub.toml and serve again"
    );
}

fn refuse_for_want_of_room() -> Result<()> {
    Err(ApiError::retryable(
        ErrorCode::StorageFull,
        "The building's space for clips is used up, and no clip that is left may give way to this door's. Release \
         a held clip, or raise clip_quota_mib in the hub's hub.toml.",
    )
    .into())
}

/// Whether so much fits beside a building's clips, which are given oldest first, and if not, what gives way.
fn room(clips: &[StoredClip], need: Need) -> Room {
    let stored: u64 = clips.iter().map(|clip| clip.bytes).sum();
    let mut over = stored
        .saturating_add(need.bytes)
        .saturating_sub(need.quota_bytes);
    let mut shares = shares(clips, need);
    let mut going = Vec::new();
    while over > 0 {
        let Some(next) = next_to_give_way(&mut shares, need.door) else {
            return Room::None;
        };
        over = over.saturating_sub(next.bytes);
        going.push(next.id);
    }
    if going.is_empty() {
        Room::Enough
    } else {
        Room::After(going)
    }
}

/// What a door uses of its building's space with what it uploads now, without what is held.
#[derive(Default)]
struct Share<'a> {
    bytes: u64,
    /// What may give way, in this order.
    free: VecDeque<&'a StoredClip>,
}

fn shares(clips: &[StoredClip], need: Need) -> HashMap<DoorId, Share<'_>> {
    let uploaders = Share {
        bytes: need.bytes,
        free: VecDeque::new(),
    };
    let mut shares = HashMap::from([(need.door, uploaders)]);
    let (closed, recorded): (Vec<&StoredClip>, Vec<_>) = clips
        .iter()
        .filter(|clip| !clip.held && clip.bytes > 0)
        .partition(|clip| clip.closed);
    for clip in closed.into_iter().chain(recorded) {
        let share = shares.entry(clip.door).or_default();
        share.bytes += clip.bytes;
        // A door that films one clip does not give up another that it films.
        if clip.closed || clip.door != need.door {
            share.free.push_back(clip);
        }
    }
    shares
}

/// The oldest clip of the door that uses most. Nothing of a door gives way to one that uses as much: whoever has taken
/// a door pushes out no more of the others than would be its share.
fn next_to_give_way<'a>(
    shares: &mut HashMap<DoorId, Share<'a>>,
    uploader: DoorId,
) -> Option<&'a StoredClip> {
    let own = shares.get(&uploader).map_or(0, |share| share.bytes);
    let gives = |(door, share): &(&DoorId, &mut Share<'_>)| {
        !share.free.is_empty() && (**door == uploader || share.bytes > own)
    };
    let (_, share) = shares
        .iter_mut()
        .filter(gives)
        .max_by_key(|(door, share)| (share.bytes, **door))?;
    let next = share.free.pop_front()?;
    share.bytes -= next.bytes;
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u8 = 1;
    const OTHER: u8 = 2;
    const THIRD: u8 = 3;

    fn door(n: u8) -> DoorId {
        DoorId::from_entropy([n; 16])
    }

    fn id(n: u8) -> ClipId {
        ClipId::from_entropy([n; 16])
    }

    /// A closed clip.
    fn clip(n: u8, of: u8, bytes: u64) -> StoredClip {
        StoredClip {
            id: id(n),
            door: door(of),
            bytes,
            closed: true,
            held: false,
        }
    }

    fn held(clip: StoredClip) -> StoredClip {
        StoredClip { held: true, ..clip }
    }

    fn recorded(clip: StoredClip) -> StoredClip {
        StoredClip {
            closed: false,
            ..clip
        }
    }

    fn after<const N: usize>(clips: [u8; N]) -> Room {
        Room::After(clips.map(id).to_vec())
    }

    /// For 10 more bytes of a door's, where the building may have 100.
    fn check(clips: &[StoredClip], expect: &Room) {
        let need = Need {
            door: door(OWN),
            bytes: 10,
            quota_bytes: 100,
        };
        assert_eq!(room(clips, need), *expect);
    }

    #[test]
    fn nothing_gives_way_while_there_is_room() {
        check(&[clip(1, OWN, 90)], &Room::Enough);
    }

    #[test]
    fn the_oldest_of_the_door_that_uses_most_goes_first() {
        let clips = [
            clip(1, OWN, 20),
            clip(2, OTHER, 30),
            clip(3, OTHER, 10),
            clip(4, THIRD, 35),
        ];
        check(&clips, &after([2]));
    }

    #[test]
    fn among_doors_that_use_as_much_it_is_the_uploaders_own() {
        let clips = [clip(1, OTHER, 50), clip(2, OWN, 40), clip(3, THIRD, 10)];
        check(&clips, &after([2]));
    }

    #[test]
    fn nothing_of_another_door_gives_way_to_one_that_uses_as_much() {
        check(
            &[clip(1, OTHER, 60), recorded(clip(2, OWN, 50))],
            &Room::None,
        );
        let less = [clip(1, OTHER, 60), recorded(clip(2, OWN, 49))];
        check(&less, &after([1]));
    }

    #[test]
    fn what_is_held_never_goes_and_counts_for_no_door() {
        let clips = [
            held(clip(1, OTHER, 60)),
            clip(2, OTHER, 10),
            clip(3, OWN, 30),
        ];
        check(&clips, &after([3]));
        check(&[held(clip(1, OTHER, 100))], &Room::None);
    }

    #[test]
    fn what_is_still_recorded_goes_only_for_a_door_that_uses_less_and_after_what_is_closed() {
        let clips = [
            recorded(clip(1, OTHER, 50)),
            clip(2, OTHER, 20),
            clip(3, OWN, 30),
        ];
        check(&clips, &after([2]));
        let clips = [recorded(clip(1, OTHER, 70)), clip(3, OWN, 30)];
        check(&clips, &after([1]));
    }

    #[test]
    fn where_it_would_not_fit_even_then_nothing_goes() {
        let clips = [held(clip(1, OTHER, 95)), clip(2, OWN, 4)];
        check(&clips, &Room::None);
    }

    #[test]
    fn what_has_no_bytes_gives_no_room() {
        let clips = [clip(1, OWN, 0), clip(2, OWN, 100)];
        check(&clips, &after([2]));
    }
}
