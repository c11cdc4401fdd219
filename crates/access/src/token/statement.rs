//! The only things a block may say. Each is one Datalog fact or check, in one fixed form.

use std::collections::BTreeSet;

use biscuit_auth::builder::{
    Binary, BlockBuilder, Check, CheckKind, Expression, Fact, Op, Predicate, Rule, Scope, Term,
};
use biscuit_auth::{Algorithm, PublicKey};

use super::UNLOCK;
use crate::{
    BuildingId, CarrierId, CarrierPublicKey, DoorId, GrantId, HolderClass, HolderPublicKey, VisitId,
};

/// One fact or check of a block.
///
/// | statement | Datalog |
/// |---|---|
/// | `Grant` | `grant(hex:…)` |
/// | `Class` | `class("guest")` |
/// | `Carrier` | `carrier(hex:…)` |
/// | `Right` | `right(hex:…, "unlock")` |
/// | `Courier` | `courier(hex:<visit>, "<driver>")` |
/// | `OnlyBuilding` | `check if building(hex:…)` |
/// | `OnlyHolder` | `check if holder(hex:…)` |
/// | `OnlyWithin` | `check if time($time), $time >= <date>, $time <= <date>` |
/// | `OnlyDoors` | `check if door($node), {hex:…, …}.contains($node)` |
/// | `OnlyWithCarrier` | `check if courier($nonce, $user) trusting ed25519/…` |
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Statement {
    Grant(GrantId),
    Class(HolderClass),
    Carrier(CarrierId),
    Right(DoorId),
    Courier { visit: VisitId, driver: String },
    OnlyBuilding(BuildingId),
    OnlyHolder(HolderPublicKey),
    OnlyWithin { not_before: u64, not_after: u64 },
    OnlyDoors(BTreeSet<DoorId>),
    OnlyWithCarrier(CarrierPublicKey),
}

/// Predicates, and variables named after symbols that every token has for free.
pub(super) mod name {
    pub(in crate::token) const GRANT: &str = "grant";
    pub(in crate::token) const CLASS: &str = "class";
    pub(in crate::token) const CARRIER: &str = "carrier";
    pub(in crate::token) const RIGHT: &str = "right";
    pub(in crate::token) const COURIER: &str = "courier";
    pub(in crate::token) const BUILDING: &str = "building";
    pub(in crate::token) const HOLDER: &str = "holder";
    pub(in crate::token) const TIME: &str = "time";
    pub(in crate::token) const DOOR: &str = "door";
    pub(in crate::token) const QUERY: &str = "query";
    pub(in crate::token) const TIME_VARIABLE: &str = "time";
    pub(in crate::token) const DOOR_VARIABLE: &str = "node";
    pub(in crate::token) const VISIT_VARIABLE: &str = "nonce";
    pub(in crate::token) const DRIVER_VARIABLE: &str = "user";
}

/// The carrier's key is not a point of the curve.
#[derive(Debug)]
pub(crate) struct InvalidKey;

/// Builds a block that says exactly these statements, in this order.
pub(crate) fn block_of(statements: &[Statement]) -> Result<BlockBuilder, InvalidKey> {
    let mut block = BlockBuilder::new();
    for statement in statements {
        statement.write(&mut block)?;
    }
    Ok(block)
}

impl Statement {
    fn write(&self, block: &mut BlockBuilder) -> Result<(), InvalidKey> {
        match self {
            Self::Grant(id) => block.facts.push(fact(name::GRANT, [bytes(id.as_bytes())])),
            Self::Class(class) => block.facts.push(fact(name::CLASS, [text(class.as_str())])),
            Self::Carrier(id) => block
                .facts
                .push(fact(name::CARRIER, [bytes(id.as_bytes())])),
            Self::Right(door) => {
                block
                    .facts
                    .push(fact(name::RIGHT, [bytes(door.as_bytes()), text(UNLOCK)]));
            }
            Self::Courier { visit, driver } => {
                block
                    .facts
                    .push(fact(name::COURIER, [bytes(visit.as_bytes()), text(driver)]));
            }
            Self::OnlyBuilding(id) => block.checks.push(only(name::BUILDING, id.as_bytes())),
            Self::OnlyHolder(key) => block.checks.push(only(name::HOLDER, key.as_bytes())),
            Self::OnlyWithin {
                not_before,
                not_after,
            } => {
                block.checks.push(only_within(*not_before, *not_after));
            }
            Self::OnlyDoors(doors) => block.checks.push(only_doors(doors)),
            Self::OnlyWithCarrier(key) => block.checks.push(only_with_carrier(*key)?),
        }
        Ok(())
    }
}

/// The carrier's key as Biscuit knows it.
pub(crate) fn biscuit_key(key: &[u8; 32]) -> Result<PublicKey, InvalidKey> {
    PublicKey::from_bytes(key, Algorithm::Ed25519).map_err(|_| InvalidKey)
}

fn fact<const N: usize>(name: &str, terms: [Term; N]) -> Fact {
    Fact::new(name.to_owned(), terms)
}

fn bytes(bytes: &[u8]) -> Term {
    Term::Bytes(bytes.to_vec())
}

fn text(text: &str) -> Term {
    Term::Str(text.to_owned())
}

fn variable(name: &str) -> Term {
    Term::Variable(name.to_owned())
}

fn only(name: &str, value: &[u8]) -> Check {
    check_if(
        Predicate::new(name.to_owned(), [bytes(value)]),
        vec![],
        vec![],
    )
}

fn only_within(not_before: u64, not_after: u64) -> Check {
    let bound = |date, binary| {
        let time = Op::Value(variable(name::TIME_VARIABLE));
        Expression {
            ops: vec![time, Op::Value(Term::Date(date)), Op::Binary(binary)],
        }
    };
    let bounds = vec![
        bound(not_before, Binary::GreaterOrEqual),
        bound(not_after, Binary::LessOrEqual),
    ];
    let time = Predicate::new(name::TIME.to_owned(), [variable(name::TIME_VARIABLE)]);
    check_if(time, bounds, vec![])
}

fn only_doors(doors: &BTreeSet<DoorId>) -> Check {
    let listed = doors.iter().map(|door| bytes(door.as_bytes())).collect();
    let door = Predicate::new(name::DOOR.to_owned(), [variable(name::DOOR_VARIABLE)]);
    let ops = vec![
        Op::Value(Term::Set(listed)),
        Op::Value(variable(name::DOOR_VARIABLE)),
        Op::Binary(Binary::Contains),
    ];
    check_if(door, vec![Expression { ops }], vec![])
}

fn only_with_carrier(key: CarrierPublicKey) -> Result<Check, InvalidKey> {
    let terms = [
        variable(name::VISIT_VARIABLE),
        variable(name::DRIVER_VARIABLE),
    ];
    let courier = Predicate::new(name::COURIER.to_owned(), terms);
    let scopes = vec![Scope::PublicKey(biscuit_key(key.as_bytes())?)];
    Ok(check_if(courier, vec![], scopes))
}

fn check_if(predicate: Predicate, expressions: Vec<Expression>, scopes: Vec<Scope>) -> Check {
    let head = Predicate::new(name::QUERY.to_owned(), []);
    let query = Rule::new(head, vec![predicate], expressions, scopes);
    Check {
        queries: vec![query],
        kind: CheckKind::One,
    }
}
