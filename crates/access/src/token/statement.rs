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

/// A fact of a block, or a condition of one of its checks.
///
/// | statement | Datalog |
/// |---|---|
/// | `Grant` | `grant(hex:…)` |
/// | `Class` | `class("guest")` |
/// | `Carrier` | `carrier(hex:…)` |
/// | `Right` | `right(hex:…, "unlock")` |
/// | `Courier` | `courier(hex:<visit>, "<driver>")` |
/// | `OnlyBuilding` | `building(hex:…)` |
/// | `OnlyHolder` | `holder(hex:…)` |
/// | `OnlyWithin` | `time($time), $time >= <date>, $time <= <date>` |
/// | `OnlyDoors` | `door($node), {hex:…, …}.contains($node)` |
/// | `OnlyWithCarrier` | `courier($nonce, $user) trusting ed25519/…` |
///
/// The conditions of a block stand in one `check if`, in which each must hold; it is shorter than
/// several, and a credential should fit one Bluetooth write. `OnlyWithCarrier` has its own check,
/// because what a check trusts holds for all of it.
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

/// Builds a block that says exactly these statements.
pub(crate) fn block_of(statements: &[Statement]) -> Result<BlockBuilder, InvalidKey> {
    let mut block = BlockBuilder::new();
    let mut conditions = Conditions::default();
    for statement in statements {
        match statement {
            Statement::OnlyWithCarrier(key) => block.checks.push(only_with_carrier(*key)?),
            limit if conditions.add(limit) => (),
            fact => block.facts.extend(fact.as_fact()),
        }
    }
    if !conditions.predicates.is_empty() {
        block.checks.push(check_if(
            conditions.predicates,
            conditions.expressions,
            vec![],
        ));
    }
    Ok(block)
}

impl Statement {
    fn as_fact(&self) -> Option<Fact> {
        Some(match self {
            Self::Grant(id) => fact(name::GRANT, [bytes(id.as_bytes())]),
            Self::Class(class) => fact(name::CLASS, [text(class.as_str())]),
            Self::Carrier(id) => fact(name::CARRIER, [bytes(id.as_bytes())]),
            Self::Right(door) => fact(name::RIGHT, [bytes(door.as_bytes()), text(UNLOCK)]),
            Self::Courier { visit, driver } => {
                fact(name::COURIER, [bytes(visit.as_bytes()), text(driver)])
            }
            _ => return None,
        })
    }
}

/// What one check asks for: predicates, and expressions over their variables in the same order.
#[derive(Default)]
struct Conditions {
    predicates: Vec<Predicate>,
    expressions: Vec<Expression>,
}

impl Conditions {
    /// Adds a condition; says whether it was one.
    fn add(&mut self, statement: &Statement) -> bool {
        match statement {
            Statement::OnlyBuilding(id) => self.require(name::BUILDING, bytes(id.as_bytes())),
            Statement::OnlyHolder(key) => self.require(name::HOLDER, bytes(key.as_bytes())),
            Statement::OnlyWithin {
                not_before,
                not_after,
            } => {
                self.require(name::TIME, variable(name::TIME_VARIABLE));
                self.expressions
                    .push(bound(*not_before, Binary::GreaterOrEqual));
                self.expressions
                    .push(bound(*not_after, Binary::LessOrEqual));
            }
            Statement::OnlyDoors(doors) => {
                self.require(name::DOOR, variable(name::DOOR_VARIABLE));
                self.expressions.push(is_one_of(doors));
            }
            _ => return false,
        }
        true
    }

    fn require(&mut self, name: &str, term: Term) {
        self.predicates
            .push(Predicate::new(name.to_owned(), [term]));
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

/// `$time <operator> <date>`
fn bound(date: u64, operator: Binary) -> Expression {
    let time = Op::Value(variable(name::TIME_VARIABLE));
    Expression {
        ops: vec![time, Op::Value(Term::Date(date)), Op::Binary(operator)],
    }
}

/// `{…}.contains($node)`
fn is_one_of(doors: &BTreeSet<DoorId>) -> Expression {
    let doors = doors.iter().map(|door| bytes(door.as_bytes())).collect();
    let door = Op::Value(variable(name::DOOR_VARIABLE));
    Expression {
        ops: vec![
            Op::Value(Term::Set(doors)),
            door,
            Op::Binary(Binary::Contains),
        ],
    }
}

/// `check if courier($nonce, $user) trusting ed25519/…`
fn only_with_carrier(key: CarrierPublicKey) -> Result<Check, InvalidKey> {
    let terms = [
        variable(name::VISIT_VARIABLE),
        variable(name::DRIVER_VARIABLE),
    ];
    let courier = Predicate::new(name::COURIER.to_owned(), terms);
    let scopes = vec![Scope::PublicKey(biscuit_key(key.as_bytes())?)];
    Ok(check_if(vec![courier], vec![], scopes))
}

fn check_if(body: Vec<Predicate>, expressions: Vec<Expression>, scopes: Vec<Scope>) -> Check {
    let head = Predicate::new(name::QUERY.to_owned(), []);
    Check {
        queries: vec![Rule::new(head, body, expressions, scopes)],
        kind: CheckKind::One,
    }
}
