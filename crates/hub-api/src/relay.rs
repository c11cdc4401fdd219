/// What a connection is upgraded to (RFC 9110 section 7.8) by which a resident's device and a door
/// meet at the hub: from then on it carries the bytes of one door session, which only the two can
/// read.
pub const RELAY_PROTOCOL: &str = "vestibule-door";
