//! Measured figures: as a table for people, as JSON for programs.

use std::fs;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{repo, say};

/// The figures of one bench.
#[derive(Debug, Default, Serialize)]
pub(super) struct Figures {
    figures: Vec<Figure>,
}

/// One figure.
#[derive(Debug, Serialize)]
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    /// The most that it should be, where there is such a number.
    target: Option<f64>,
    /// Whether it is.
    holds: Option<bool>,
}

impl Figures {
    /// Adds a figure without a target.
    pub(super) fn add(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.push(name, value, unit, None);
    }

    /// Adds a figure that should be at most `target`.
    pub(super) fn add_with_target(
        &mut self,
        name: &'static str,
        value: f64,
        unit: &'static str,
        target: f64,
    ) {
        self.push(name, value, unit, Some(target));
    }

    fn push(&mut self, name: &'static str, value: f64, unit: &'static str, target: Option<f64>) {
        let value = rounded(value);
        let holds = target.map(|target| value <= target);
        self.figures.push(Figure {
            name,
            value,
            unit,
            target,
            holds,
        });
    }

    /// The value of a figure, and whether its target holds.
    #[cfg(test)]
    pub(super) fn found(&self, name: &str) -> Option<(f64, Option<bool>)> {
        let found = self.figures.iter().find(|figure| figure.name == name)?;
        Some((found.value, found.holds))
    }

    /// Prints the table and writes target/bench/NAME.json.
    pub(super) fn publish(&self, name: &str) -> Result<()> {
        let folder = repo::target().join("bench");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.json"));
        fs::write(&path, serde_json::to_vec_pretty(self)?)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        say::stage(&format!("bench {name}"));
        say::line(&say::table(&self.rows()));
        say::line(&format!("written to {}", path.display()));
        Ok(())
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let head = ["figure", "value", "unit", "target", "holds"]
            .map(String::from)
            .to_vec();
        let body = self.figures.iter().map(|figure| {
            let target = figure.target.map(|target| target.to_string());
            let holds = figure
                .holds
                .map(|holds| if holds { "yes" } else { "NO" }.to_owned());
            vec![
                figure.name.to_owned(),
                figure.value.to_string(),
                figure.unit.to_owned(),
                target.unwrap_or_else(|| "-".into()),
                holds.unwrap_or_else(|| "-".into()),
            ]
        });
        std::iter::once(head).chain(body).collect()
    }
}

/// To three digits after the point: more is noise.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The value below which `percent` of the samples lie (nearest rank). None without samples.
pub(super) fn percentile(samples: &[f64], percent: usize) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_that_were_measured() {
        let samples = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(percentile(&samples, 50), Some(3.0));
        assert_eq!(percentile(&samples, 95), Some(5.0));
        assert_eq!(percentile(&samples[..1], 50), Some(5.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn a_figure_without_a_target_neither_holds_nor_fails() {
        let mut figures = Figures::default();
        figures.add("echo_p50", 61.234_56, "ms");
        figures.add_with_target("writes_per_unlock", 1.0, "writes", 1.0);
        let json = serde_json::to_value(&figures).unwrap();
        let expected = serde_json::json!({ "figures": [
            { "name": "echo_p50", "value": 61.235, "unit": "ms", "target": null, "holds": null },
            { "name": "writes_per_unlock", "value": 1.0, "unit": "writes", "target": 1.0, "holds": true },
        ]});
        assert_eq!(json, expected);
    }
}
