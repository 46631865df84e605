//! What `knowledge.json` and `configs.json` were, one pair after the other: plain functions over two lists of versions.
//!
//! S3 numbers versions within a key alone, and dates them in whole seconds. Within a key the list's order holds; between the keys the second
//! decides, and where that is the same, nobody can say what came first. Then every pair of that second is a state that may have been, and the
//! ones that undo the fewest changes come first; of these, the one that undoes `knowledge.json`, for whoever writes both (`sbf publish`,
//! `sbf brain rollback`, `sbf dev`) writes `configs.json` first.

use sbf_brain::artefact::{CONFIGS, KNOWLEDGE};

use super::{
    TrainingError,
    bucket::{Bucket, Version},
};

/// States before the newest one that are looked at, for one that can be trained.
///
/// As many as are surely there: the bucket's lifecycle keeps 20 earlier versions of each key, whatever their age, and no state so near can have
/// lost one of its files to it. They are read and checked within seconds, far from the function's timeout. Who has uploaded 20 faulty states in a
/// row is told so by 20 alarms, and has `sbf brain rollback`.
pub const LOOK_BACK: usize = 20;

/// What both keys were, each newest first.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) knowledge: Vec<Version>,
    pub(super) configs: Vec<Version>,
}

/// What was in the bucket at some moment: a version of each key, `None` where there was no such object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State<'h> {
    pub(super) knowledge: Option<&'h Version>,
    pub(super) configs: Option<&'h Version>,
    /// When it came to be, in seconds since 1970.
    pub(super) since: i64,
}

/// How the bucket is not any more what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// A file was written: its event comes, or came.
    Written,
    /// A file was only removed, which no event tells.
    Removed,
}

impl History {
    /// Both keys' versions as far as [`History::earlier`] goes.
    pub(super) async fn read(bucket: &Bucket) -> Result<Self, TrainingError> {
        Self::newest_of(bucket, LOOK_BACK + 1).await
    }

    /// Whether anything came since this was read.
    ///
    /// Versions are compared and not contents: a file that was replaced and is there again is another upload, and what was uploaded between may
    /// be the last good one. (A bucket without versions has nothing to look back at, and there contents are all that counts.)
    pub(super) async fn change(&self, bucket: &Bucket) -> Result<Option<Change>, TrainingError> {
        Ok(self.changed_to(&Self::newest_of(bucket, 1).await?))
    }

    async fn newest_of(bucket: &Bucket, most: usize) -> Result<Self, TrainingError> {
        // The order in which both programs of ours write. A file that is written between the two lists shows in the next look.
        let configs = bucket.versions(CONFIGS, most).await?;
        Ok(Self { knowledge: bucket.versions(KNOWLEDGE, most).await?, configs })
    }

    fn changed_to(&self, now: &Self) -> Option<Change> {
        let keys = [(&self.knowledge, &now.knowledge), (&self.configs, &now.configs)];
        let mut changed = keys.into_iter().filter(|(was, is)| was.first() != is.first()).peekable();
        changed.peek()?;
        let is_written = |(_, is): (_, &Vec<Version>)| is.first().is_some_and(|newest| newest.etag.is_some());
        Some(if changed.any(is_written) { Change::Written } else { Change::Removed })
    }

    /// What is there now.
    pub(super) fn newest(&self) -> State<'_> {
        self.state(0, 0)
    }

    /// What was there before, newest first, at most [`LOOK_BACK`] states.
    pub(super) fn earlier(&self) -> Vec<State<'_>> {
        let mut found = Vec::new();
        let (mut knowledge, mut configs) = (0, 0);
        while found.len() < LOOK_BACK {
            let next = [self.knowledge.get(knowledge), self.configs.get(configs)];
            let Some(second) = next.into_iter().flatten().map(|version| version.at).max() else { break };
            // Not before that second: should S3's clock have gone back, the list's order holds.
            let undone = |versions: &[Version]| versions.iter().take_while(|version| version.at >= second).count();
            let (most_knowledge, most_configs) =
                (undone(&self.knowledge[knowledge..]), undone(&self.configs[configs..]));
            let mut steps: Vec<(usize, usize)> =
                (0..=most_knowledge).flat_map(|first| (0..=most_configs).map(move |second| (first, second))).collect();
            steps.sort_by_key(|(first, second)| (first + second, *second));
            let states = steps.into_iter().skip(1).map(|(first, second)| (knowledge + first, configs + second));
            let whole = states.filter(|(knowledge, configs)| !self.is_half(*knowledge, *configs));
            found.extend(whole.map(|(knowledge, configs)| self.state(knowledge, configs)));
            (knowledge, configs) = (knowledge + most_knowledge, configs + most_configs);
        }
        // The nth of them undoes n changes at most, so that none reaches beyond what was listed.
        found.truncate(LOOK_BACK);
        found
    }

    /// Whether it has a `knowledge.json` that came in the second of the first `configs.json`, without that: the two came together, and nobody
    /// ever wanted the one without the other.
    fn is_half(&self, knowledge: usize, configs: usize) -> bool {
        let first = self.configs.last().filter(|_| configs == self.configs.len());
        self.knowledge.get(knowledge).zip(first).is_some_and(|(knowledge, first)| knowledge.at == first.at)
    }

    /// The state with so many changes of each key undone.
    fn state(&self, knowledge: usize, configs: usize) -> State<'_> {
        let both = [self.knowledge.get(knowledge), self.configs.get(configs)];
        let since = both.into_iter().flatten().map(|version| version.at).max().unwrap_or(0);
        let [knowledge, configs] = both.map(|version| version.filter(|version| version.etag.is_some()));
        State { knowledge, configs, since }
    }
}

/// Versions and delete markers of a key in one list. Each says whether it is the latest of all; S3 lists both kinds together, newest first, but
/// its clients tell them apart. Where a version and a marker are of one second, the marker counts as the earlier: so a file is replaced by who
/// removes it first.
pub(super) fn merged(written: Vec<(bool, Version)>, removed: Vec<(bool, Version)>) -> Vec<Version> {
    let (mut written, mut removed) = (written.into_iter().peekable(), removed.into_iter().peekable());
    let mut merged = Vec::new();
    loop {
        let next = match (written.peek(), removed.peek()) {
            (Some((_, version)), Some((is_latest, marker))) if *is_latest || marker.at > version.at => removed.next(),
            (Some(_), _) => written.next(),
            (None, _) => removed.next(),
        };
        let Some((_, next)) = next else { return merged };
        merged.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions by their seconds, newest first; a negative one is a delete marker.
    fn history(knowledge: &[i64], configs: &[i64]) -> History {
        let versions = |name: &str, seconds: &[i64]| {
            let version = |(number, at): (usize, &i64)| Version {
                id: format!("{name}{}", seconds.len() - number),
                etag: (*at > 0).then(|| "etag".to_owned()),
                at: at.abs(),
            };
            seconds.iter().enumerate().map(version).collect()
        };
        History { knowledge: versions("k", knowledge), configs: versions("c", configs) }
    }

    fn named(state: State<'_>) -> String {
        let name = |version: Option<&Version>| version.map_or("-".to_owned(), |version| version.id.clone());
        format!("{} {}", name(state.knowledge), name(state.configs))
    }

    fn walk(knowledge: &[i64], configs: &[i64]) -> Vec<String> {
        history(knowledge, configs).earlier().into_iter().map(named).collect()
    }

    #[test]
    fn changes_are_undone_one_by_one_the_newest_first() {
        assert_eq!(named(history(&[5, 3, 1], &[4, 2]).newest()), "k3 c2");
        assert_eq!(walk(&[5, 3, 1], &[4, 2]), ["k2 c2", "k2 c1", "k1 c1", "k1 -", "- -"]);
        assert_eq!(walk(&[2, 1], &[]), ["k1 -", "- -"]);
        assert_eq!(walk(&[], &[]), [""; 0]);
    }

    #[test]
    fn a_removed_file_is_a_state_without_it() {
        assert_eq!(named(history(&[1], &[-3, 2]).newest()), "k1 -");
        assert_eq!(walk(&[4, 1], &[-3, 2]), ["k1 -", "k1 c1", "k1 -", "- -"]);
        assert_eq!(walk(&[4, -3, 1], &[2]), ["- c1", "k1 c1", "k1 -", "- -"]);
    }

    #[test]
    fn of_one_second_every_pair_may_have_been_and_the_fewest_undone_come_first() {
        assert_eq!(walk(&[7, 7, 1], &[7, 1])[..5], ["k2 c2", "k3 c1", "k1 c2", "k2 c1", "k1 c1"]);
    }

    #[test]
    fn a_first_knowledge_never_stood_without_the_configs_of_its_second() {
        assert_eq!(walk(&[7], &[7]), ["- c1", "- -"]);
        assert_eq!(walk(&[9, 7], &[7]), ["k1 c1", "- c1", "- -"]);
        assert_eq!(walk(&[7], &[9, 7]), ["k1 c1", "- c1", "- -"]);
        assert_eq!(walk(&[6], &[7]), ["k1 -", "- -"]);
    }

    #[test]
    fn within_a_key_the_lists_order_holds_whatever_the_clock_says() {
        assert_eq!(walk(&[4, 6, 2], &[3]), ["k2 c1", "k1 c1", "k1 -", "- -"]);
    }

    #[test]
    fn a_state_is_as_old_as_its_younger_file() {
        let history = history(&[9, 5, 1], &[3]);
        let since: Vec<i64> = history.earlier().iter().map(|state| state.since).collect();
        assert_eq!(since, [5, 3, 1, 0]);
    }

    #[test]
    fn the_walk_ends_and_stays_within_what_was_listed() {
        let seconds: Vec<i64> = (1..=100).rev().collect();
        let states = walk(&seconds[..=LOOK_BACK], &[]);
        assert_eq!((states.len(), states[LOOK_BACK - 1].as_str()), (LOOK_BACK, "k1 -"));
        let one_second = [7; LOOK_BACK + 1];
        let of_one_second = history(&one_second, &one_second);
        assert_eq!(of_one_second.earlier().len(), LOOK_BACK);
        assert!(of_one_second.earlier().iter().all(|state| state.knowledge.is_some() && state.configs.is_some()));
    }

    #[test]
    fn versions_and_markers_make_one_list() {
        let at = |is_latest: bool, at: i64, etag: Option<&str>| {
            (is_latest, Version { id: at.to_string(), etag: etag.map(str::to_owned), at })
        };
        let ids = |written, removed| -> Vec<(i64, bool)> {
            merged(written, removed).into_iter().map(|version| (version.at, version.etag.is_none())).collect()
        };
        let written = vec![at(false, 5, Some("b")), at(false, 2, Some("a"))];
        assert_eq!(
            ids(written.clone(), vec![at(true, 5, None), at(false, 3, None)]),
            [(5, true), (5, false), (3, true), (2, false)]
        );
        assert_eq!(ids(written, vec![at(false, 5, None)]), [(5, false), (5, true), (2, false)]);
        assert_eq!(ids(vec![], vec![at(true, 5, None)]), [(5, true)]);
    }

    #[test]
    fn what_came_since_is_an_upload_or_a_removal() {
        let was = history(&[5, 3], &[4]);
        assert_eq!(was.changed_to(&history(&[5, 3], &[4])), None);
        let with = |name: &str, at: i64| Version { id: name.to_owned(), etag: (at > 0).then(|| "etag".to_owned()), at };
        let now = |knowledge: Version, configs: Version| History { knowledge: vec![knowledge], configs: vec![configs] };
        let (knowledge, configs) = (was.knowledge[0].clone(), was.configs[0].clone());
        // The same content in the same second is another upload.
        assert_eq!(was.changed_to(&now(with("k3", 5), configs.clone())), Some(Change::Written));
        assert_eq!(was.changed_to(&now(knowledge.clone(), with("c2", -6))), Some(Change::Removed));
        assert_eq!(was.changed_to(&now(with("k3", 6), with("c2", -6))), Some(Change::Written));
        let nothing = History { knowledge: vec![knowledge], configs: Vec::new() };
        assert_eq!(was.changed_to(&nothing), Some(Change::Removed));
    }
}
