//! Reading a block as [`Statement`]s. What is not exactly one of them is refused, so no Datalog
//! that anybody else wrote is ever run.

use std::collections::BTreeSet;

use biscuit_auth::datalog::SymbolTable;
use biscuit_auth::format::schema;
use schema::op::Content as Op;
use schema::op_binary::Kind as Binary;
use schema::term::Content as Term;

use super::statement::name;
use super::{Statement, UNLOCK};
use crate::{
    BuildingId, CarrierId, CarrierPublicKey, Credential, DoorId, GrantId, HolderClass,
    HolderPublicKey, Visit, VisitId,
};

/// Most facts and checks in one block.
const MAX_STATEMENTS: usize = Credential::MAX_DOORS + 8;
/// Most conditions in one check.
const MAX_CONDITIONS: usize = 4;

/// The block says something that is no [`Statement`].
#[derive(Debug)]
pub(super) struct Unknown;

/// Reads all that a block says. `symbols` resolves its strings, its own included.
pub(super) fn statements(
    block: &schema::Block,
    symbols: &SymbolTable,
) -> Result<Vec<Statement>, Unknown> {
    let is_plain = block.context.is_none() && block.rules.is_empty() && block.scope.is_empty();
    if !is_plain || block.facts.len() + block.checks.len() > MAX_STATEMENTS {
        return Err(Unknown);
    }
    let reader = Reader {
        symbols,
        keys: &block.public_keys,
    };
    let mut statements = Vec::new();
    for fact in &block.facts {
        statements.push(reader.fact(&fact.predicate)?);
    }
    for check in &block.checks {
        reader.check(check, &mut statements)?;
    }
    let wants_key = |said: &Statement| matches!(said, Statement::OnlyWithCarrier(_));
    let wanted_keys = statements.iter().filter(|said| wants_key(said)).count();
    if wanted_keys == block.public_keys.len() {
        Ok(statements)
    } else {
        Err(Unknown)
    }
}

struct Reader<'a> {
    symbols: &'a SymbolTable,
    keys: &'a [schema::PublicKey],
}

impl Reader<'_> {
    fn fact(&self, fact: &schema::Predicate) -> Result<Statement, Unknown> {
        match (self.symbol(fact.name)?, terms(fact)?.as_slice()) {
            (name::GRANT, [Term::Bytes(id)]) => id_of(GrantId::from_bytes(id), Statement::Grant),
            (name::CARRIER, [Term::Bytes(id)]) => {
                id_of(CarrierId::from_bytes(id), Statement::Carrier)
            }
            (name::CLASS, [Term::String(class)]) => {
                let class = HolderClass::from_code(self.symbol(*class)?);
                class.map(Statement::Class).ok_or(Unknown)
            }
            (name::RIGHT, [Term::Bytes(door), Term::String(right)])
                if self.symbol(*right)? == UNLOCK =>
            {
                id_of(DoorId::from_bytes(door), Statement::Right)
            }
            (name::COURIER, [Term::Bytes(visit), Term::String(driver)]) => {
                let visit = VisitId::from_bytes(visit).map_err(|_| Unknown)?;
                let driver = self.symbol(*driver)?;
                if !Visit::is_driver_reference(driver) {
                    return Err(Unknown);
                }
                Ok(Statement::Courier {
                    visit,
                    driver: driver.to_owned(),
                })
            }
            _ => Err(Unknown),
        }
    }

    fn check(&self, check: &schema::Check, into: &mut Vec<Statement>) -> Result<(), Unknown> {
        let is_check_if = matches!(check.kind, None | Some(0));
        let [query] = check.queries.as_slice() else {
            return Err(Unknown);
        };
        let is_query = self.symbol(query.head.name)? == name::QUERY && query.head.terms.is_empty();
        let is_sized = (1..=MAX_CONDITIONS).contains(&query.body.len());
        if !is_check_if || !is_query || !is_sized {
            return Err(Unknown);
        }
        if let [trusting] = query.scope.as_slice() {
            into.push(self.demand(query, trusting)?);
            return Ok(());
        }
        let mut expressions = query.expressions.iter();
        for predicate in &query.body {
            into.push(self.condition(predicate, &mut expressions)?);
        }
        let is_all = query.scope.is_empty() && expressions.next().is_none();
        if is_all { Ok(()) } else { Err(Unknown) }
    }

    /// A condition, with the expressions that belong to it.
    fn condition<'e>(
        &self,
        predicate: &schema::Predicate,
        expressions: &mut impl Iterator<Item = &'e schema::Expression>,
    ) -> Result<Statement, Unknown> {
        let mut next = || expressions.next().ok_or(Unknown);
        match (self.symbol(predicate.name)?, terms(predicate)?.as_slice()) {
            (name::BUILDING, [Term::Bytes(id)]) => {
                id_of(BuildingId::from_bytes(id), Statement::OnlyBuilding)
            }
            (name::HOLDER, [Term::Bytes(key)]) => {
                let key = key.as_slice().try_into().map_err(|_| Unknown)?;
                Ok(Statement::OnlyHolder(HolderPublicKey(key)))
            }
            (name::TIME, [Term::Variable(time)]) => {
                let not_before = bound(next()?, *time, Binary::GreaterOrEqual)?;
                let not_after = bound(next()?, *time, Binary::LessOrEqual)?;
                Ok(Statement::OnlyWithin {
                    not_before,
                    not_after,
                })
            }
            (name::DOOR, [Term::Variable(door)]) => {
                contains(next()?, *door).map(Statement::OnlyDoors)
            }
            _ => Err(Unknown),
        }
    }

    /// The demand for a third party's signature.
    fn demand(&self, query: &schema::Rule, trusting: &schema::Scope) -> Result<Statement, Unknown> {
        let [predicate] = query.body.as_slice() else {
            return Err(Unknown);
        };
        match (self.symbol(predicate.name)?, terms(predicate)?.as_slice()) {
            (name::COURIER, [Term::Variable(visit), Term::Variable(driver)])
                if visit != driver && query.expressions.is_empty() =>
            {
                self.key(trusting).map(Statement::OnlyWithCarrier)
            }
            _ => Err(Unknown),
        }
    }

    fn symbol(&self, index: u64) -> Result<&str, Unknown> {
        self.symbols.get_symbol(index).ok_or(Unknown)
    }

    /// The only key there is to trust: Ed25519, the first of the block's own.
    fn key(&self, scope: &schema::Scope) -> Result<CarrierPublicKey, Unknown> {
        let [key] = self.keys else {
            return Err(Unknown);
        };
        let is_first = scope.content == Some(schema::scope::Content::PublicKey(0));
        let is_ed25519 = key.algorithm == schema::public_key::Algorithm::Ed25519 as i32;
        if !is_first || !is_ed25519 {
            return Err(Unknown);
        }
        let key = key.key.as_slice().try_into().map_err(|_| Unknown)?;
        Ok(CarrierPublicKey(key))
    }
}

fn terms(predicate: &schema::Predicate) -> Result<Vec<&Term>, Unknown> {
    predicate
        .terms
        .iter()
        .map(|term| term.content.as_ref().ok_or(Unknown))
        .collect()
}

fn id_of<T, E>(id: Result<T, E>, statement: fn(T) -> Statement) -> Result<Statement, Unknown> {
    id.map(statement).map_err(|_| Unknown)
}

/// The date of `$variable <operator> <date>`.
fn bound(expression: &schema::Expression, variable: u32, operator: Binary) -> Result<u64, Unknown> {
    let [Op::Value(left), Op::Value(right), Op::Binary(found)] = ops(expression)?[..] else {
        return Err(Unknown);
    };
    match (&left.content, &right.content) {
        (Some(Term::Variable(left)), Some(Term::Date(date)))
            if *left == variable && is_operator(found, operator) =>
        {
            Ok(*date)
        }
        _ => Err(Unknown),
    }
}

/// The doors of `{…}.contains($variable)`.
fn contains(expression: &schema::Expression, variable: u32) -> Result<BTreeSet<DoorId>, Unknown> {
    let [Op::Value(left), Op::Value(right), Op::Binary(found)] = ops(expression)?[..] else {
        return Err(Unknown);
    };
    match (&left.content, &right.content) {
        (Some(Term::Set(listed)), Some(Term::Variable(right)))
            if *right == variable && is_operator(found, Binary::Contains) =>
        {
            listed.set.iter().map(door).collect()
        }
        _ => Err(Unknown),
    }
}

fn ops(expression: &schema::Expression) -> Result<Vec<&Op>, Unknown> {
    expression
        .ops
        .iter()
        .map(|op| op.content.as_ref().ok_or(Unknown))
        .collect()
}

fn is_operator(found: &schema::OpBinary, wanted: Binary) -> bool {
    found.kind == wanted as i32 && found.ffi_name.is_none()
}

fn door(term: &schema::Term) -> Result<DoorId, Unknown> {
    match &term.content {
        Some(Term::Bytes(id)) => DoorId::from_bytes(id).map_err(|_| Unknown),
        _ => Err(Unknown),
    }
}
