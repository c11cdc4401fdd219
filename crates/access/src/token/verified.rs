//! A token whose every signature is proven and whose every statement is understood.

use std::collections::BTreeSet;

use biscuit_auth::datalog::SymbolTable;
use biscuit_auth::error;
use biscuit_auth::format::schema;
use biscuit_auth::{Biscuit, PublicKey};
use prost::Message as _;

use super::Statement;
use super::parse::{Unknown, statements};
use super::statement::biscuit_key;
use crate::{
    BuildingId, BuildingPublicKey, CarrierId, CarrierPublicKey, Credential, DoorId, GrantId,
    HolderClass, HolderPublicKey, VisitId,
};

/// Most blocks after the building's own: the carrier's, and three that narrow further.
const MAX_BLOCKS: usize = 4;
const ED25519: i32 = schema::public_key::Algorithm::Ed25519 as i32;
const SIGNATURE_LEN: usize = 64;

/// A token that the building signed and that says only what this crate can say.
///
/// Who holds it, what class and which doors come from the building's block alone; the visit from
/// the block the carrier signed. Any other block can only narrow: a fact in it is refused.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    pub(crate) biscuit: Biscuit,
    pub(crate) building: BuildingId,
    pub(crate) grant: GrantId,
    pub(crate) class: HolderClass,
    /// The carrier and its driver, exactly when the class is [`HolderClass::Courier`].
    pub(crate) courier: Option<Courier>,
    rights: BTreeSet<DoorId>,
    limits: Limits,
}

/// The carrier's part of a courier's token.
#[derive(Debug, Clone)]
pub(crate) struct Courier {
    pub(crate) carrier: CarrierId,
    pub(crate) key: CarrierPublicKey,
    /// The visit and the driver's reference; none when the carrier's key signed no visit.
    pub(crate) visit: Option<(VisitId, String)>,
}

/// All checks of all blocks; each must hold.
#[derive(Debug, Clone, Default)]
struct Limits {
    holders: Vec<HolderPublicKey>,
    windows: Vec<(u64, u64)>,
    doors: Vec<BTreeSet<DoorId>>,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VerifyError {
    /// Not a token, or one that says something unknown.
    Malformed,
    /// A signature is missing, does not match, or is of a kind that is never accepted.
    BadSignature,
}

impl From<Unknown> for VerifyError {
    fn from(_: Unknown) -> Self {
        Self::Malformed
    }
}

impl Verified {
    /// Checks, in this order: the token's shape, that every key in it is Ed25519, every signature,
    /// that the bytes are the token's one encoding, and that every block says only what its signer
    /// may say.
    pub(crate) fn open(token: &[u8], key: &BuildingPublicKey) -> Result<Self, VerifyError> {
        check_shape(token)?;
        let root = biscuit_key(key.as_bytes()).map_err(|_| VerifyError::BadSignature)?;
        let biscuit = Biscuit::from(token, root).map_err(|error| blame(&error))?;
        if biscuit.to_vec().ok().as_deref() != Some(token) {
            return Err(VerifyError::Malformed);
        }
        let blocks = read_blocks(&biscuit)?;
        let (authority, appended) = blocks.split_first().ok_or(VerifyError::Malformed)?;
        let mut verified = Self::of_authority(biscuit, &authority.statements)?;
        for block in appended {
            verified.add(block)?;
        }
        Ok(verified)
    }

    /// Whether the token is bound to this key, and to no other.
    pub(crate) fn is_held_by(&self, holder: &HolderPublicKey) -> bool {
        let holders = &self.limits.holders;
        !holders.is_empty() && holders.iter().all(|bound| bound == holder)
    }

    /// The key the token is bound to, if there is exactly one.
    pub(crate) fn holder(&self) -> Option<HolderPublicKey> {
        let first = *self.limits.holders.first()?;
        self.is_held_by(&first).then_some(first)
    }

    /// The doors it opens, after all narrowing.
    pub(crate) fn doors(&self) -> impl Iterator<Item = DoorId> {
        self.rights.iter().copied().filter(|door| self.opens(*door))
    }

    /// Whether it opens the door.
    pub(crate) fn opens(&self, door: DoorId) -> bool {
        self.rights.contains(&door) && self.limits.doors.iter().all(|doors| doors.contains(&door))
    }

    /// First second of validity, after all narrowing.
    pub(crate) fn not_before(&self) -> u64 {
        self.limits
            .windows
            .iter()
            .map(|window| window.0)
            .max()
            .unwrap_or(u64::MAX)
    }

    /// Last second of validity, after all narrowing.
    pub(crate) fn not_after(&self) -> u64 {
        self.limits
            .windows
            .iter()
            .map(|window| window.1)
            .min()
            .unwrap_or(0)
    }

    fn of_authority(biscuit: Biscuit, said: &[Statement]) -> Result<Self, VerifyError> {
        let building = one(said, building_of)?;
        let grant = one(said, |said| match said {
            Statement::Grant(id) => Some(*id),
            _ => None,
        })?;
        let class = one(said, |said| match said {
            Statement::Class(class) => Some(*class),
            _ => None,
        })?;
        let mut limits = Limits::default();
        let mut rights = BTreeSet::new();
        for statement in said {
            let _is_limit = limits.add(statement);
            if let Statement::Right(door) = statement
                && !rights.insert(*door)
            {
                return Err(VerifyError::Malformed);
            }
        }
        let courier = courier_of(class, said)?;
        let has_its_holder = limits.holders.len() == usize::from(courier.is_none());
        let is_sound = has_its_holder
            && limits.windows.len() == 1
            && limits.doors.is_empty()
            && (1..=Credential::MAX_DOORS).contains(&rights.len())
            && !said
                .iter()
                .any(|said| matches!(said, Statement::Courier { .. }));
        if !is_sound {
            return Err(VerifyError::Malformed);
        }
        Ok(Self {
            biscuit,
            building,
            grant,
            class,
            courier,
            rights,
            limits,
        })
    }

    fn add(&mut self, block: &Block) -> Result<(), VerifyError> {
        match block.signer {
            None => self.narrow(&block.statements),
            Some(signer) => self.add_visit(signer, &block.statements),
        }
    }

    /// A block that anybody could append may narrow and nothing else.
    fn narrow(&mut self, said: &[Statement]) -> Result<(), VerifyError> {
        #[cfg(feature = "weakened")]
        crate::weakened::widen(&mut self.rights, said);
        let is_narrow = said.iter().all(|statement| self.limits.add(statement));
        if off!(Narrowing) || is_narrow {
            Ok(())
        } else {
            Err(VerifyError::Malformed)
        }
    }

    /// The block of the carrier's key: once, and with all that makes a visit.
    fn add_visit(&mut self, signer: PublicKey, said: &[Statement]) -> Result<(), VerifyError> {
        let courier = self.courier.as_mut().ok_or(VerifyError::Malformed)?;
        if !off!(CarrierSignature) && signer.to_bytes() != courier.key.as_bytes() {
            return Err(VerifyError::BadSignature);
        }
        let visit = one(said, |said| match said {
            Statement::Courier { visit, driver } => Some((*visit, driver.clone())),
            _ => None,
        })?;
        if courier.visit.replace(visit).is_some() {
            return Err(VerifyError::Malformed);
        }
        let mut limits = Limits::default();
        let known = said.iter().filter(|said| limits.add(said)).count() + 1;
        let counts = (
            limits.holders.len(),
            limits.windows.len(),
            limits.doors.len(),
        );
        if known != said.len() || counts != (1, 1, 1) {
            return Err(VerifyError::Malformed);
        }
        self.limits.extend(limits);
        Ok(())
    }
}

impl Limits {
    /// Adds a statement that narrows; says whether it was one.
    fn add(&mut self, statement: &Statement) -> bool {
        match statement {
            Statement::OnlyHolder(key) => self.holders.push(*key),
            Statement::OnlyWithin {
                not_before,
                not_after,
            } => {
                self.windows.push((*not_before, *not_after));
            }
            Statement::OnlyDoors(doors) => self.doors.push(doors.clone()),
            _ => return false,
        }
        true
    }

    fn extend(&mut self, other: Self) {
        self.holders.extend(other.holders);
        self.windows.extend(other.windows);
        self.doors.extend(other.doors);
    }
}

/// A block as it was read: what it says, and the key of a third party that signed it.
struct Block {
    signer: Option<PublicKey>,
    statements: Vec<Statement>,
}

/// The building that a token says it is for, with nothing proven.
pub(crate) fn claimed_building(token: &[u8]) -> Option<BuildingId> {
    let token = schema::Biscuit::decode(token).ok()?;
    let block = schema::Block::decode(&token.authority.block[..]).ok()?;
    let symbols = SymbolTable::from(block.symbols.clone()).ok()?;
    one(&statements(&block, &symbols).ok()?, building_of).ok()
}

/// Looks at the token's outer form only: sizes, counts, and that every key and signature is
/// Ed25519. P-256 ends here.
fn check_shape(token: &[u8]) -> Result<(), VerifyError> {
    if token.len() > Credential::MAX_LEN {
        return Err(VerifyError::Malformed);
    }
    let token = schema::Biscuit::decode(token).map_err(|_| VerifyError::Malformed)?;
    // No signature covers the hint at a root key, so a token that has one could be had in many encodings.
    let has_hint = token.root_key_id.is_some();
    let is_long = token.blocks.len() > MAX_BLOCKS;
    if has_hint || is_long || token.authority.external_signature.is_some() {
        return Err(VerifyError::Malformed);
    }
    let mut blocks = std::iter::once(&token.authority).chain(&token.blocks);
    if off!(Ed25519Only) || blocks.all(is_ed25519) {
        Ok(())
    } else {
        Err(VerifyError::BadSignature)
    }
}

fn is_ed25519(block: &schema::SignedBlock) -> bool {
    let is_key = |key: &schema::PublicKey| key.algorithm == ED25519;
    let is_signature = |signature: &[u8]| signature.len() == SIGNATURE_LEN;
    let by_third_party = block.external_signature.as_ref();
    is_key(&block.next_key)
        && is_signature(&block.signature)
        && by_third_party.is_none_or(|third_party| {
            is_key(&third_party.public_key) && is_signature(&third_party.signature)
        })
}

fn blame(error: &error::Token) -> VerifyError {
    match error {
        error::Token::Format(
            error::Format::Signature(_)
            | error::Format::SealedSignature
            | error::Format::UnknownPublicKey,
        ) => VerifyError::BadSignature,
        _ => VerifyError::Malformed,
    }
}

fn read_blocks(biscuit: &Biscuit) -> Result<Vec<Block>, VerifyError> {
    let token = biscuit.container().to_proto();
    let signers = biscuit.external_public_keys();
    let mut shared = SymbolTable::new();
    let signed = std::iter::once(&token.authority).chain(&token.blocks);
    signed
        .zip(signers)
        .map(|(signed, signer)| {
            let block = schema::Block::decode(&signed.block[..]).map_err(|_| Unknown)?;
            let own = SymbolTable::from(block.symbols.clone()).map_err(|_| Unknown)?;
            // A third party's block has symbols of its own; all others share one table.
            let statements = if signer.is_some() {
                statements(&block, &own)?
            } else {
                shared.extend(&own).map_err(|_| Unknown)?;
                statements(&block, &shared)?
            };
            Ok(Block { signer, statements })
        })
        .collect()
}

fn building_of(said: &Statement) -> Option<BuildingId> {
    match said {
        Statement::OnlyBuilding(id) => Some(*id),
        _ => None,
    }
}

/// The courier's part of the building's block: both statements for couriers, neither for others.
fn courier_of(class: HolderClass, said: &[Statement]) -> Result<Option<Courier>, VerifyError> {
    let carrier = |said: &Statement| match said {
        Statement::Carrier(id) => Some(*id),
        _ => None,
    };
    let key = |said: &Statement| match said {
        Statement::OnlyWithCarrier(key) => Some(*key),
        _ => None,
    };
    if class == HolderClass::Courier {
        return Ok(Some(Courier {
            carrier: one(said, carrier)?,
            key: one(said, key)?,
            visit: None,
        }));
    }
    let is_courier = said
        .iter()
        .any(|said| carrier(said).is_some() || key(said).is_some());
    if is_courier {
        Err(VerifyError::Malformed)
    } else {
        Ok(None)
    }
}

/// The one statement of a kind; none, or more than one, is malformed.
fn one<T>(said: &[Statement], kind: impl Fn(&Statement) -> Option<T>) -> Result<T, VerifyError> {
    let mut found = said.iter().filter_map(kind);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(VerifyError::Malformed),
    }
}
