//! Reading and writing the columns' types.

use std::error::Error;

use access::{
    DenyReason, DoorKind, HolderClass, Lockdown, ParseIdError, ResidentRecords, Unfilmed,
};
use audit::LinkKind;
use rusqlite::types::{FromSql, Type};
use rusqlite::{OptionalExtension as _, Params, Row, Transaction};

use super::{Result, backend};

pub(super) type RowResult<T> = rusqlite::Result<T>;

/// All rows of a query.
pub(super) fn all<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> RowResult<T>,
) -> Result<Vec<T>> {
    let mut statement = transaction.prepare_cached(sql).map_err(backend)?;
    let rows = statement.query_map(params, read).map_err(backend)?;
    rows.collect::<RowResult<_>>().map_err(backend)
}

/// The only row of a query, if there is one.
pub(super) fn one<T>(
    transaction: &Transaction<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> RowResult<T>,
) -> Result<Option<T>> {
    let mut statement = transaction.prepare_cached(sql).map_err(backend)?;
    statement
        .query_row(params, read)
        .optional()
        .map_err(backend)
}

/// Changes rows and counts them.
pub(super) fn run(transaction: &Transaction<'_>, sql: &str, params: impl Params) -> Result<usize> {
    let mut statement = transaction.prepare_cached(sql).map_err(backend)?;
    statement.execute(params).map_err(backend)
}

pub(super) fn broken(error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(error))
}

/// The constructor of an id, as `DoorId::from_bytes`.
pub(super) type MakeId<T> = fn(&[u8]) -> std::result::Result<T, ParseIdError>;

pub(super) fn id<T>(row: &Row<'_>, column: &str, make: MakeId<T>) -> RowResult<T> {
    let bytes = row.get_ref(column)?.as_blob().map_err(broken)?;
    make(bytes).map_err(broken)
}

pub(super) fn optional_id<T>(row: &Row<'_>, column: &str, make: MakeId<T>) -> RowResult<Option<T>> {
    let value = row.get_ref(column)?;
    let bytes = value.as_blob_or_null().map_err(broken)?;
    bytes.map(make).transpose().map_err(broken)
}

pub(super) fn key<T: From<[u8; 32]>>(row: &Row<'_>, column: &str) -> RowResult<T> {
    row.get::<_, [u8; 32]>(column).map(T::from)
}

pub(super) fn optional_key<T: From<[u8; 32]>>(row: &Row<'_>, column: &str) -> RowResult<Option<T>> {
    Ok(row.get::<_, Option<[u8; 32]>>(column)?.map(T::from))
}

/// A word that one of `words` stands for.
pub(super) fn word<T: Copy>(
    row: &Row<'_>,
    column: &str,
    words: impl IntoIterator<Item = (&'static str, T)>,
) -> RowResult<T> {
    let text: String = row.get(column)?;
    words
        .into_iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| value)
        .ok_or_else(|| rusqlite::Error::InvalidColumnName(column.to_owned()))
}

pub(super) fn door_kind(row: &Row<'_>, column: &str) -> RowResult<DoorKind> {
    word(
        row,
        column,
        [DoorKind::Common, DoorKind::Unit].map(|kind| (kind.as_str(), kind)),
    )
}

const LINKS: [LinkKind; 4] = [
    LinkKind::Bluetooth,
    LinkKind::Stream,
    LinkKind::Remote,
    LinkKind::Keypad,
];

pub(super) fn link_word(link: LinkKind) -> &'static str {
    match link {
        LinkKind::Bluetooth => "bluetooth",
        LinkKind::Stream => "stream",
        LinkKind::Remote => "remote",
        LinkKind::Keypad => "keypad",
    }
}

pub(super) fn optional_link(row: &Row<'_>, column: &str) -> RowResult<Option<LinkKind>> {
    let words = LINKS.map(|link| (link_word(link), link));
    optional::<String, _>(row, column, || word(row, column, words))
}

pub(super) fn lockdown(row: &Row<'_>, column: &str) -> RowResult<Lockdown> {
    let all = [Lockdown::Off, Lockdown::Visitors, Lockdown::Everyone];
    word(row, column, all.map(|level| (level.as_str(), level)))
}

pub(super) fn unfilmed(row: &Row<'_>, column: &str) -> RowResult<Unfilmed> {
    let words = Unfilmed::ALL.map(|rule| (rule.as_str(), rule));
    word(row, column, words)
}

pub(super) fn class(row: &Row<'_>, column: &str) -> RowResult<HolderClass> {
    word(
        row,
        column,
        HolderClass::ALL.map(|class| (class.as_str(), class)),
    )
}

pub(super) fn optional_class(row: &Row<'_>, column: &str) -> RowResult<Option<HolderClass>> {
    optional::<String, _>(row, column, || class(row, column))
}

pub(super) fn optional_reason(row: &Row<'_>, column: &str) -> RowResult<Option<DenyReason>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse()).transpose().map_err(broken)
}

fn optional<Probe: FromSql, T>(
    row: &Row<'_>,
    column: &str,
    read: impl FnOnce() -> RowResult<T>,
) -> RowResult<Option<T>> {
    row.get::<_, Option<Probe>>(column)?
        .map(|_| read())
        .transpose()
}

pub(super) fn resident_records(row: &Row<'_>, column: &str) -> RowResult<ResidentRecords> {
    let all = [ResidentRecords::Unnamed, ResidentRecords::Named];
    word(
        row,
        column,
        all.map(|rule| (resident_records_word(rule), rule)),
    )
}

pub(super) fn resident_records_word(rule: ResidentRecords) -> &'static str {
    match rule {
        ResidentRecords::Unnamed => "unnamed",
        ResidentRecords::Named => "named",
    }
}
