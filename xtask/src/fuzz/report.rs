//! The numbers that a run of libFuzzer prints.

/// What one run of one target came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Whether nothing was found.
    pub(super) passed: bool,
    executions: String,
    per_second: String,
    edges: String,
    features: String,
    corpus: String,
    seconds: String,
}

impl Figures {
    /// Reads what libFuzzer printed: its last line of progress, and its final statistics.
    pub(super) fn read(printed: &str, passed: bool) -> Self {
        let lines = || printed.lines().rev();
        let statistic = |name: &str| {
            let found =
                lines().find_map(|line| line.strip_prefix("stat::")?.trim().strip_prefix(name));
            found
                .unwrap_or_default()
                .trim_matches([':', ' '])
                .to_owned()
        };
        let progress = lines().find(|line| line.starts_with('#') && line.contains(" cov: "));
        let after = |word: &str| {
            let words = progress.unwrap_or_default().split_whitespace();
            let found = words.skip_while(|found| *found != word).nth(1);
            found.unwrap_or_default().to_owned()
        };
        let seconds = lines().find_map(|line| {
            let (_, rest) = line.strip_prefix("Done ")?.split_once(" runs in ")?;
            rest.split_whitespace().next()
        });
        Self {
            passed,
            executions: statistic("number_of_executed_units"),
            per_second: statistic("average_exec_per_sec"),
            edges: after("cov:"),
            features: after("ft:"),
            corpus: after("corp:"),
            seconds: seconds.unwrap_or_default().to_owned(),
        }
    }

    /// The names of a row's columns.
    pub(super) fn head() -> Vec<String> {
        let names = [
            "target",
            "executions",
            "a second",
            "edges",
            "features",
            "corpus",
            "seconds",
            "findings",
        ];
        names.map(String::from).to_vec()
    }

    /// One row of the table.
    pub(super) fn row(&self, target: &str) -> Vec<String> {
        let findings = if self.passed { "none" } else { "yes" };
        [
            target,
            &self.executions,
            &self.per_second,
            &self.edges,
            &self.features,
            &self.corpus,
            &self.seconds,
            findings,
        ]
        .map(String::from)
        .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn the_last_figures_are_read() {
        let printed = "#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb\n\
                       #90\tREDUCE cov: 412 ft: 1830 corp: 96/17Kb lim: 4096 exec/s: 45 rss: 60Mb L: 3/9\n\
                       #91\tDONE   cov: 412 ft: 1830 corp: 96/17Kb lim: 4096 exec/s: 45 rss: 60Mb\n\
                       Done 91 runs in 901 second(s)\n\
                       stat::number_of_executed_units: 91\n\
                       stat::average_exec_per_sec:     45\n";
        let row = Figures::read(printed, true).row("frames");
        assert_eq!(
            row,
            [
                "frames", "91", "45", "412", "1830", "96/17Kb", "901", "none"
            ]
        );
    }
}
