//! Changes of known bytes, told by fuzzed ones.

use arbitrary::Unstructured;

/// Changes `bytes` in as many places as the input tells, at most 16.
pub(crate) fn apply(input: &mut Unstructured<'_>, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..16 {
        if input.is_empty() {
            return;
        }
        let kind = number(input) % 6;
        let (at, len) = (place(input, bytes.len()), number(input));
        let end = at.saturating_add(usize::from(len)).min(bytes.len());
        match kind {
            0 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= len),
            1 => bytes.insert(at, len),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            4 => bytes.truncate(at),
            _ => {
                let from = place(input, other.len());
                let to = from.saturating_add(usize::from(len)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
}

/// The next byte; 0 after the last.
pub(crate) fn number(input: &mut Unstructured<'_>) -> u8 {
    input.arbitrary().unwrap_or_default()
}

/// A place in, or just after, `len` bytes.
fn place(input: &mut Unstructured<'_>, len: usize) -> usize {
    let at: u16 = input.arbitrary().unwrap_or_default();
    usize::from(at) % (len + 1)
}

/// The next bytes, behind their length in two.
pub(crate) fn chunk<'a>(input: &mut Unstructured<'a>) -> &'a [u8] {
    let len: u16 = input.arbitrary().unwrap_or_default();
    let len = usize::from(len).min(input.len());
    input.bytes(len).unwrap_or_default()
}

/// What [`chunk`] reads back.
pub(crate) fn as_chunk(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&len.to_le_bytes()[..], bytes].concat()
}
