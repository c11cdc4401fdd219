//! The guest: a Debian kernel with virtual Bluetooth and camera, and the program that boots it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::debian::Privilege;
use crate::{
    repo, say,
    shell::{command, read, run},
};

/// The release of virtme-ng that the recipe was made with.
const VIRTME_NG: &str = "1.42";

/// The package that always depends on Debian's newest kernel.
const KERNEL_METAPACKAGE: &str = "linux-image-amd64";

/// Folder of the guest's kernel and tools.
fn folder() -> PathBuf {
    repo::target().join("guest")
}

/// The program that boots the guest.
pub(crate) fn vng() -> PathBuf {
    folder().join("venv/bin/vng")
}

/// An unpacked kernel; its modules lie beside it, where virtme-ng finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuestKernel {
    /// The bootable image.
    pub(crate) image: PathBuf,
    /// Its release, as `uname -r` tells it.
    pub(crate) release: String,
}

/// The unpacked kernel, if there is one.
pub(crate) fn guest_kernel() -> Option<GuestKernel> {
    kernel_in(&folder().join("kernel"))
}

/// Makes both unless they are there.
pub(super) fn ensure() -> Result<()> {
    if std::env::consts::ARCH != "x86_64" {
        bail!(
            "the Bluetooth guest runs on x86-64 only, and this machine is {}. \
             Run the other layers with --only",
            std::env::consts::ARCH
        );
    }
    ensure_vng()?;
    ensure_kernel()
}

fn ensure_vng() -> Result<()> {
    let stamp = folder().join("venv/virtme-ng.version");
    if vng().is_file() && fs::read_to_string(&stamp).is_ok_and(|version| version == VIRTME_NG) {
        return Ok(());
    }
    say::stage(&format!("virtme-ng {VIRTME_NG}, which boots the guest"));
    let venv = folder().join("venv");
    let venv_name = venv.to_string_lossy();
    run(&mut command(
        "/usr/bin/python3",
        &["-m", "venv", "--clear", &venv_name],
    ))?;
    let pinned = format!("virtme-ng=={VIRTME_NG}");
    run(&mut command(
        venv.join("bin/pip"),
        &["install", "--quiet", &pinned],
    ))?;
    fs::write(stamp, VIRTME_NG).context("the version of virtme-ng cannot be remembered")
}

fn ensure_kernel() -> Result<()> {
    if guest_kernel().is_some() {
        return Ok(());
    }
    let package = kernel_package()?;
    say::stage(&format!("guest kernel {package}"));
    let downloads = folder().join("download");
    let unpacked = folder().join("kernel.new");
    for path in [&downloads, &unpacked] {
        remove(path)?;
        fs::create_dir_all(path)?;
    }
    run(command(
        "apt-get",
        &["download", "-o", "APT::Sandbox::User=root", &package],
    )
    .current_dir(&downloads))?;
    let archive = only_file_in(&downloads)?;
    run(command("dpkg", &["-x"]).arg(&archive).arg(&unpacked))?;
    index_modules(&unpacked)?;
    remove(&downloads)?;
    let kernel = folder().join("kernel");
    remove(&kernel)?;
    fs::rename(&unpacked, &kernel).context("the unpacked kernel cannot be put in its place")
}

fn index_modules(unpacked: &Path) -> Result<()> {
    let kernel = kernel_in(unpacked).context("the kernel package holds no kernel")?;
    let depmod = if Path::new("/usr/sbin/depmod").exists() {
        "/usr/sbin/depmod"
    } else {
        "depmod"
    };
    run(command(depmod, &["-b"]).arg(unpacked).arg(&kernel.release))
}

/// The kernel package that Debian's meta-package depends on now.
fn kernel_package() -> Result<String> {
    let ask = || read(&mut command("apt-cache", &["depends", KERNEL_METAPACKAGE]));
    if let Some(package) = ask().ok().as_deref().and_then(dependency_in) {
        return Ok(package);
    }
    run(&mut Privilege::find(&[KERNEL_METAPACKAGE])?.apt_get(&["update", "--quiet"]))?;
    dependency_in(&ask()?)
        .with_context(|| format!("apt knows no kernel that {KERNEL_METAPACKAGE} depends on"))
}

fn dependency_in(depends: &str) -> Option<String> {
    let mut lines = depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "));
    lines
        .find(|name| name.starts_with("linux-image-"))
        .map(str::to_owned)
}

fn kernel_in(unpacked: &Path) -> Option<GuestKernel> {
    let entries = fs::read_dir(unpacked.join("boot")).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let release = name.strip_prefix("vmlinuz-")?.to_owned();
        let image = entry.path();
        Some(GuestKernel { image, release })
    })
}

fn only_file_in(folder: &Path) -> Result<PathBuf> {
    let entry = fs::read_dir(folder)?.next();
    Ok(entry
        .with_context(|| format!("{} is empty", folder.display()))??
        .path())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_package_is_the_one_depended_on() {
        let printed = "linux-image-amd64\n  Depends: linux-image-6.1.0-56-amd64\n  Suggests: x\n";
        assert_eq!(
            dependency_in(printed).as_deref(),
            Some("linux-image-6.1.0-56-amd64")
        );
        assert_eq!(dependency_in("linux-image-amd64\n"), None);
    }

    #[test]
    fn a_kernel_is_found_by_its_image() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(kernel_in(folder.path()), None);
        fs::create_dir(folder.path().join("boot")).unwrap();
        for name in ["System.map-6.1", "vmlinuz-6.1"] {
            fs::write(folder.path().join("boot").join(name), "").unwrap();
        }
        assert_eq!(kernel_in(folder.path()).unwrap().release, "6.1");
    }
}
