//! No key, certificate or password file is ever committed.

use super::{
    Violation,
    repository::{File, Repository},
};

/// Extensions of files that hold keys, certificates or what a program keeps.
const SECRET_EXTENSIONS: [&str; 12] = [
    "crt", "db", "der", "env", "jks", "key", "keystore", "p12", "pem", "pfx", "sqlite", "sqlite3",
];

/// What stands at the head of a PEM block; split, or it would be found here.
const PEM_HEADER: &str = concat!("-----", "BEGIN ");

/// Ends of the header line that tell a block of secrets or certificates.
const PEM_KINDS: [&str; 3] = ["PRIVATE KEY", "CERTIFICATE", "PGP MESSAGE"];

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    repository.files.iter().filter_map(complaint).collect()
}

fn complaint(file: &File) -> Option<Violation> {
    if SECRET_EXTENSIONS.contains(&file.extension()) {
        return Some(Violation::new(
            &file.path,
            "a file of this kind holds secrets or state",
        ));
    }
    let text = file.text.as_deref()?;
    let (line, _) = text
        .lines()
        .enumerate()
        .find(|(_, line)| is_pem_header(line))?;
    let place = format!("{}:{}", file.path, line + 1);
    Some(Violation::new(
        place,
        "a key or certificate is never committed: make it where it is used",
    ))
}

fn is_pem_header(line: &str) -> bool {
    let kind = line.split_once(PEM_HEADER).map(|(_, kind)| kind);
    kind.is_some_and(|kind| PEM_KINDS.iter().any(|one| kind.contains(one)))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, PEM_HEADER};

    #[test]
    fn a_private_key_in_any_file_is_caught() {
        for kind in [
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "CERTIFICATE",
        ] {
            let fixture = Fixture::new();
            fixture.write(
                "docs/example.md",
                &format!("Text.\n\n{PEM_HEADER}{kind}-----\nMC4C\n"),
            );
            fixture.assert_broken("docs/example.md:3", "never committed");
        }
    }

    #[test]
    fn a_key_file_is_caught_by_its_name() {
        for name in ["hub.key", "hub.pem", ".env", "hub.sqlite3"] {
            let fixture = Fixture::new();
            fixture.write(&format!("docs/{name}"), "x\n");
            fixture.assert_broken(&format!("docs/{name}"), "secrets or state");
        }
    }

    #[test]
    fn a_public_key_is_tidy() {
        let fixture = Fixture::new();
        fixture.write("docs/example.md", &format!("{PEM_HEADER}PUBLIC KEY-----\n"));
        fixture.assert_tidy();
    }
}
