use hub_api::{Invite, InviteError, KeyHash};

fn link() -> String {
    let key = KeyHash::of_spki(b"spki");
    format!("vestibule://enrol?hub=https://hub.elm.example:8443&key={key}&code=aB3_-x")
}

#[test]
fn an_invite_reads_as_it_is_written() {
    let invite = Invite::parse(&format!("  {}\n", link())).unwrap();
    assert_eq!(invite.hub.as_str(), "https://hub.elm.example:8443/");
    assert_eq!(invite.code, "aB3_-x");
    assert_eq!(invite.to_string(), link());
    assert_eq!(invite.to_string().parse(), Ok(invite));
}

#[test]
fn an_invite_with_an_address_instead_of_a_name_keeps_its_port() {
    let text = link().replace("hub.elm.example:8443", "[fd00::1]:7443");
    assert_eq!(Invite::parse(&text).unwrap().to_string(), text);
}

#[test]
fn a_damaged_invite_says_what_is_wrong_with_it() {
    let key = KeyHash::of_spki(b"spki").to_string();
    let without = |name: &str| {
        let (head, pairs) = link()
            .split_once('?')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let kept: Vec<_> = pairs
            .split('&')
            .filter(|pair| !pair.starts_with(name))
            .collect();
        format!("{head}?{}", kept.join("&"))
    };
    for (text, error) in [
        ("hello".to_owned(), InviteError::NotAnInvite),
        (
            "https://hub.elm.example/?code=x".to_owned(),
            InviteError::NotAnInvite,
        ),
        (link().replace("enrol", "open"), InviteError::NotAnInvite),
        (without("hub"), InviteError::Missing("hub")),
        (without("key"), InviteError::Missing("key")),
        (without("code"), InviteError::Missing("code")),
        (link().replace("https:", "http:"), InviteError::Hub),
        (link().replace(":8443", ":8443/path"), InviteError::Hub),
        (link().replace("hub.elm", "user@hub.elm"), InviteError::Hub),
        (link().replace(&key, &key[..40]), InviteError::Key),
        (link().replace("aB3_-x", "a%20b"), InviteError::Code),
        (
            link().replace("aB3_-x", &"a".repeat(129)),
            InviteError::Code,
        ),
    ] {
        assert_eq!(Invite::parse(&text), Err(error), "{text}");
    }
}

#[test]
fn an_invite_in_a_log_does_not_show_its_code() {
    let shown = format!("{:?}", Invite::parse(&link()).unwrap());
    assert!(
        shown.contains("hub.elm.example") && !shown.contains("aB3_-x"),
        "{shown}"
    );
}
