//! The secrets that codes are hashed with, as far as this door has them.

use std::collections::{BTreeMap, BTreeSet};

use access::{CodeError, CodeKey, CodeKeyId, TypedCode};

/// What the hub gave, by what bundles name it by.
#[derive(Debug, Default)]
pub struct CodeKeys(BTreeMap<CodeKeyId, CodeKey>);

/// How a code that is typed is hashed. It follows from the bundle and the door's secrets, never from the digits.
#[derive(Debug)]
pub struct Hashing {
    salt: [u8; 16],
    keys: Vec<Option<CodeKey>>,
    /// Whether a secret is missing, so that some right codes are as good as wrong ones.
    pub lacks: bool,
}

impl CodeKeys {
    /// Goes by this one too.
    pub fn learn(&mut self, key: CodeKey) {
        self.0.insert(key.id(), key);
    }

    /// Whether it is one of them.
    pub fn has(&self, id: CodeKeyId) -> bool {
        self.0.contains_key(&id)
    }

    /// How codes are hashed that are compared with ones of these secrets. A door that could open to none of
    /// them hashes once all the same: a wrong code takes its time.
    pub fn hashing(&self, named: &BTreeSet<Option<CodeKeyId>>, salt: [u8; 16]) -> Hashing {
        let of = |id: &Option<CodeKeyId>| match id {
            None => Some(None),
            Some(id) => self.0.get(id).cloned().map(Some),
        };
        let mut keys: Vec<_> = named.iter().filter_map(of).collect();
        let lacks = keys.len() < named.len();
        if keys.is_empty() {
            keys.push(None);
        }
        Hashing { salt, keys, lacks }
    }
}

impl Hashing {
    /// Hashes what was typed; takes long, so never where others wait.
    pub fn hash(&self, code: &str) -> Result<TypedCode, CodeError> {
        TypedCode::hash(code, &self.salt, &self.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> CodeKey {
        CodeKey::from_bytes([number; 32])
    }

    fn keys(known: &[u8]) -> CodeKeys {
        let mut keys = CodeKeys::default();
        for number in known {
            keys.learn(key(*number));
        }
        keys
    }

    fn hashed(known: &[u8], named: &[Option<u8>]) -> (Vec<Option<CodeKeyId>>, bool) {
        let id = |number: u8| key(number).id();
        let named = named.iter().map(|number| number.map(id)).collect();
        let hashing = keys(known).hashing(&named, [0; 16]);
        let ids = hashing.keys.iter().map(|it| it.as_ref().map(CodeKey::id));
        (ids.collect(), hashing.lacks)
    }

    #[test]
    fn a_code_is_hashed_once_for_each_secret_that_the_doors_codes_have() {
        let id = |number| Some(key(number).id());
        assert_eq!(hashed(&[1, 2], &[Some(1)]), (vec![id(1)], false));
        assert_eq!(hashed(&[1], &[None]), (vec![None], false));
        assert_eq!(hashed(&[1], &[None, Some(1)]), (vec![None, id(1)], false));
    }

    #[test]
    fn it_is_hashed_once_too_where_nothing_could_match() {
        assert_eq!(hashed(&[1], &[]), (vec![None], false));
        assert_eq!(hashed(&[], &[Some(1)]), (vec![None], true));
        assert!(hashed(&[1], &[Some(1), Some(2)]).1);
    }

    #[test]
    fn no_secret_is_printed() {
        let hashing = keys(&[7]).hashing(&[Some(key(7).id())].into(), [0; 16]);
        let printed = format!("{:?} {hashing:?}", keys(&[7]));
        assert!(
            printed.contains("CodeKey(secret)") && !printed.contains("7, 7"),
            "{printed}"
        );
    }
}
