//! The app for phones: the project that Tauri makes for a system, what belongs into it besides, and the build.
//!
//! The project lies in src-tauri/gen and is made anew whenever it is missing. What is written by hand for a system lies in
//! src-tauri/phones, in the shape of the project, and is laid over it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use crate::{
    repo, say,
    setup::{self, Need, Tool, path_of_tool},
    shell::{command, run as run_command},
};

/// Today's phones.
const ANDROID: &str = "aarch64-linux-android";

/// What phones load: iOS the first, Android the second. The third is for the tests.
const LIBRARIES: &str = "crate-type = [\"staticlib\", \"cdylib\", \"rlib\"]\n";

/// Options of `cargo xtask phone`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Which phones.
    #[arg(value_enum)]
    system: System,
    /// Make the project, and build nothing.
    #[arg(long)]
    prepare: bool,
    /// Only have the compiler read everything as for Android; needs no SDK.
    #[arg(long, conflicts_with = "prepare")]
    check: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum System {
    /// An unsigned APK for developers, for phones and for the emulator of this kind of computer.
    Android,
    /// An app for the simulator; needs macOS.
    Ios,
}

/// Makes the project where there is none, completes it, and builds it.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check(arguments.system);
    }
    setup::ensure(&[Need::Ui, Need::Tool(Tool::Tauri)])?;
    let (system, manifest) = (arguments.system, app().join("Cargo.toml"));
    let committed = fs::read_to_string(&manifest)?.replace(LIBRARIES, "");
    let done = prepare(system).and_then(|()| {
        if arguments.prepare {
            return Ok(());
        }
        say::stage("building");
        run_command(&mut tauri(system.build()))
    });
    if arguments.prepare && done.is_ok() {
        say::line(
            "src-tauri/Cargo.toml now names the libraries that phones load; do not commit that",
        );
    } else {
        fs::write(&manifest, committed)?;
    }
    done
}

/// Has the compiler read the app as for phones of this kind. Nothing is linked, so any C compiler for their processors will do.
fn check(system: System) -> Result<()> {
    ensure!(
        matches!(system, System::Android),
        "what is for an iPhone is checked by building it, on a Mac: `cargo xtask phone ios`"
    );
    setup::ensure(&[Need::Build, Need::Cross])?;
    run_command(&mut command("rustup", &["target", "add", ANDROID]))?;
    say::stage("reading the app as for Android");
    let folder = repo::target().join("phone/check");
    run_command(
        command("cargo", &["clippy", "--package", "vestibule-app", "--lib"])
            .args(["--target", ANDROID, "--", "--deny", "warnings"])
            .env("CARGO_TARGET_DIR", folder)
            .env(format!("CC_{ANDROID}"), "aarch64-linux-gnu-gcc")
            .env(format!("AR_{ANDROID}"), "aarch64-linux-gnu-ar"),
    )?;
    say::line("nothing stands against it; what only Gradle and a phone can tell remains");
    Ok(())
}

/// Makes the project where there is none, and completes it.
fn prepare(system: System) -> Result<()> {
    let project = system.project();
    if !project.is_dir() {
        say::stage("making the project");
        run_command(&mut tauri(&[system.name(), "init", "--ci"]))?;
    }
    say::stage("completing the project");
    lay_over(&app().join("phones").join(system.folder()), &project)?;
    lay_icons(system, &project)?;
    system.finish(&project)?;
    let manifest = app().join("Cargo.toml");
    let with_libraries = name_libraries(&fs::read_to_string(&manifest)?)?;
    fs::write(&manifest, with_libraries)?;
    say::line(&format!("{} is complete", project.display()));
    Ok(())
}

/// Has cargo make the libraries that phones load. Laptops need neither, and would link them at every build.
fn name_libraries(manifest: &str) -> Result<String> {
    const LIB: &str = "[lib]\n";
    if manifest.contains(LIBRARIES) {
        return Ok(manifest.to_owned());
    }
    ensure!(manifest.contains(LIB), "src-tauri/Cargo.toml has no [lib]");
    Ok(manifest.replacen(LIB, &format!("{LIB}{LIBRARIES}"), 1))
}

impl System {
    fn name(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Ios => "ios",
        }
    }

    /// What Tauri calls the project's folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Ios => "apple",
        }
    }

    fn project(self) -> PathBuf {
        app().join("gen").join(self.folder())
    }

    /// Where the project keeps its icons, beside those that Tauri makes for a system.
    fn icons(self, project: &Path) -> PathBuf {
        match self {
            Self::Android => project.join("app/src/main/res"),
            Self::Ios => project.join("Assets.xcassets/AppIcon.appiconset"),
        }
    }

    fn build(self) -> &'static [&'static str] {
        match self {
            Self::Android => &[
                "android", "build", "--debug", "--apk", "--target", "aarch64", "x86_64",
            ],
            Self::Ios => &["ios", "build", "--debug", "--ci", "--target", "aarch64-sim"],
        }
    }

    fn finish(self, project: &Path) -> Result<()> {
        match self {
            Self::Android => spread_manifest(project),
            // The Xcode project names every file, so it has to be written anew.
            Self::Ios => run_command(command("xcodegen", &["generate"]).current_dir(project)),
        }
    }
}

/// Gradle merges the manifest of a kind of build into the main one, which Tauri writes.
fn spread_manifest(project: &Path) -> Result<()> {
    let ours = project.join("AndroidManifest.xml");
    for kind in ["debug", "release"] {
        let folder = project.join("app/src").join(kind);
        fs::create_dir_all(&folder)?;
        copy(&ours, &folder.join("AndroidManifest.xml"))?;
    }
    fs::remove_file(&ours).context("the manifest was not laid into the project")
}

fn lay_icons(system: System, project: &Path) -> Result<()> {
    let made = repo::target().join("phone/icons");
    fs::create_dir_all(&made)?;
    let source = repo::root().join("icons/vestibule.svg");
    let (source, to) = (source.to_string_lossy(), made.to_string_lossy());
    run_command(&mut tauri(&["icon", &source, "--output", &to]))?;
    lay_over(&made.join(system.name()), &system.icons(project))
}

/// Copies a folder over another, file by file; what else is there stays.
fn lay_over(from: &Path, to: &Path) -> Result<()> {
    let entries =
        fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))?;
    fs::create_dir_all(to)?;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            lay_over(&entry.path(), &target)?;
        } else {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
    Ok(())
}

/// `cargo tauri`, which the projects' own builds call again.
fn tauri(arguments: &[&str]) -> Command {
    let program = path_of_tool(Tool::Tauri);
    let mut tauri = command("cargo", &["tauri"]);
    tauri.args(arguments).current_dir(app());
    if let Some(folder) = program.parent().filter(|folder| folder.is_absolute()) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(folders) {
            tauri.env("PATH", path);
        }
    }
    tauri
}

fn app() -> PathBuf {
    repo::root().join("src-tauri")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_over_a_project_replaces_and_adds_and_leaves_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, project) = (folder.path().join("ours"), folder.path().join("project"));
        for (path, text) in [
            ("ours/app/Main.kt", "ours"),
            ("ours/app/res/xml/rules.xml", "ours"),
            ("project/app/Main.kt", "made"),
            ("project/app/build.gradle", "made"),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        lay_over(&ours, &project).unwrap();
        let read = |path: &str| fs::read_to_string(project.join(path)).unwrap();
        assert_eq!(read("app/Main.kt"), "ours");
        assert_eq!(read("app/res/xml/rules.xml"), "ours");
        assert_eq!(read("app/build.gradle"), "made");
    }

    #[test]
    fn androids_manifest_goes_to_both_kinds_of_build_and_nowhere_else() {
        let project = tempfile::tempdir().unwrap();
        let ours = app().join("phones/android");
        lay_over(&ours, project.path()).unwrap();
        spread_manifest(project.path()).unwrap();
        let manifest = fs::read(ours.join("AndroidManifest.xml")).unwrap();
        for kind in ["debug", "release"] {
            let path = format!("app/src/{kind}/AndroidManifest.xml");
            assert_eq!(fs::read(project.path().join(path)).unwrap(), manifest);
        }
        assert!(!project.path().join("AndroidManifest.xml").exists());
    }

    #[test]
    fn the_apps_library_becomes_one_that_phones_load_once() {
        let ours = fs::read_to_string(app().join("Cargo.toml")).unwrap();
        let named = name_libraries(&ours).unwrap();
        assert!(
            named.contains(&format!("[lib]\n{LIBRARIES}name")),
            "{named}"
        );
        assert_eq!(name_libraries(&named).unwrap(), named);
        assert!(name_libraries("[package]\n").is_err());
    }

    #[test]
    fn an_iphone_says_the_same_in_every_language_of_the_app() {
        let strings = |language: &str| {
            let path = format!("phones/apple/vestibule-app_iOS/{language}.lproj/InfoPlist.strings");
            fs::read_to_string(app().join(path)).unwrap()
        };
        let keys = |text: &str| -> Vec<String> {
            let pairs = text.lines().filter_map(|line| line.split_once(" = "));
            pairs.map(|(key, _)| key.to_owned()).collect()
        };
        let plist = fs::read_to_string(app().join("Info.ios.plist")).unwrap();
        let asked: Vec<_> = keys(&strings("en"));
        assert!(!asked.is_empty());
        for key in &asked {
            assert!(plist.contains(&format!("<key>{key}</key>")), "{key}");
        }
        assert_eq!(plist.matches("UsageDescription</key>").count(), asked.len());
        for messages in fs::read_dir(repo::root().join("ui/messages")).unwrap() {
            let path = messages.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "json") {
                let language = path.file_stem().unwrap().to_string_lossy().into_owned();
                assert_eq!(keys(&strings(&language)), asked, "{language}");
                assert!(plist.contains(&format!("<string>{language}</string>")));
            }
        }
    }
}
