//! What a `vestibule:` link is for.

use access::DoorId;
use url::Url;

/// A link that was opened outside the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// `vestibule://door/DOOR_ID`.
    Door(DoorId),
    /// Anything else is an invite, or is told not to be one.
    Invite(String),
}

impl Opened {
    pub(crate) fn read(link: String) -> Self {
        match door(&link) {
            Some(door) => Self::Door(door),
            None => Self::Invite(link),
        }
    }
}

/// A link says which door and nothing else: there is no way to write one that opens it.
fn door(link: &str) -> Option<DoorId> {
    let url = Url::parse(link).ok()?;
    let is_bare = url.query().is_none() && url.fragment().is_none();
    if url.scheme() != "vestibule" || url.host_str() != Some("door") || !is_bare {
        return None;
    }
    url.path().strip_prefix('/')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_door_names_it_and_says_nothing_else() {
        let door = DoorId::from_entropy([7; 16]);
        let read = |link: String| Opened::read(link);
        assert_eq!(read(format!("vestibule://door/{door}")), Opened::Door(door));
        for link in [
            format!("vestibule://door/{door}?unlock=now"),
            format!("vestibule://door/{door}#unlock"),
            format!("vestibule://door/{door}/unlock"),
            format!("https://door/{door}"),
            "vestibule://door/".to_owned(),
            "vestibule://door/front".to_owned(),
            "vestibule://enrol?hub=https://hub.example&key=k&code=c".to_owned(),
            "no link".to_owned(),
        ] {
            assert_eq!(read(link.clone()), Opened::Invite(link));
        }
    }
}
