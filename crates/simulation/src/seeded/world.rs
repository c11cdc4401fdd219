//! Everything there is in one run.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Defect;
use super::building::Building;
use super::dice::Dice;
use super::door::Door;
use super::hub::Hub;
use super::link::Link;
use super::model::Model;
use super::network::Weather;
use super::people::{Person, invite};
use super::queue::Queue;
use super::step::Step;
use super::trace::{Counts, Trace};
use super::violation::Lawful;

/// How long people come and things fail, in ms.
const STORY_MS: u64 = 4_800_000;

#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) defect: Option<Defect>,
    pub(super) dice: Dice,
    pub(super) queue: Queue<Step>,
    pub(super) trace: Trace,
    pub(super) model: Model,
    pub(super) building: Building,
    pub(super) people: Vec<Person>,
    pub(super) doors: Vec<Door>,
    pub(super) hub: Hub,
    pub(super) links: BTreeMap<u64, Link>,
    pub(super) numbers: u64,
    pub(super) weather: Weather,
    /// Whether anything may fail.
    pub(super) is_faulty: bool,
    /// What phones wrote first, a connection each.
    pub(super) overheard: Vec<Vec<Vec<u8>>>,
    /// How often whom a door let in, by person and door.
    pub(super) let_in: BTreeMap<(usize, usize), u64>,
}

impl World {
    pub(super) fn new(seed: u64, defect: Option<Defect>) -> Self {
        let mut dice = Dice::new(seed);
        let building = Building::found(&mut dice);
        let placed = building.doors.clone();
        let doors = placed.into_iter();
        let doors: Vec<_> = doors
            .map(|one| Door::install(&building, one, defect, &mut dice))
            .collect();
        let keys = || doors.iter().map(|door| (door.id, door.signing.public()));
        let hub = Hub::new(&building, keys(), defect);
        let mut model = Model::new(keys());
        model.published(&hub.bundle);
        let people = invite(&building, &mut dice);
        let weather = Weather::draw(&mut dice);
        Self {
            seed,
            defect,
            queue: Queue::new(),
            trace: Trace::default(),
            model,
            people,
            doors,
            hub,
            links: BTreeMap::new(),
            numbers: 0,
            weather,
            is_faulty: true,
            overheard: Vec::new(),
            let_in: BTreeMap::new(),
            building,
            dice,
        }
    }

    /// The whole run, up to the first broken law.
    pub(super) fn play(&mut self) -> Lawful {
        self.prepare();
        self.run_until(Duration::from_millis(STORY_MS))?;
        self.settle()
    }

    pub(super) fn run_until(&mut self, end: Duration) -> Lawful {
        while let Some(step) = self.queue.next_until(end) {
            self.take(step)?;
        }
        Ok(())
    }

    /// Puts all of the story that does not follow from the rest into the queue.
    fn prepare(&mut self) {
        let (seed, weather) = (self.seed, self.weather);
        self.trace
            .say(Duration::ZERO, format_args!("seed {seed}, {weather:?}"));
        for door in 0..self.doors.len() {
            self.later(0, 5_000, Step::DoorStarts { door });
            let wrong_ms = self.dice.between(0, 4_000).cast_signed() - 2_000;
            self.doors[door].ahead_ms = wrong_ms;
        }
        for _ in 0..self.dice.between(12, 28) {
            self.prepare_visit();
        }
        for _ in 0..self.dice.between(1, 5) {
            let door = self.dice.index(self.doors.len());
            self.later(0, STORY_MS, Step::DoorStops { door });
        }
        for _ in 0..self.dice.between(0, 3) {
            self.later(0, STORY_MS, Step::HubStops);
            let door = self.dice.index(self.doors.len());
            self.later(0, STORY_MS, Step::ClockSet { door });
            let door = self.dice.index(self.doors.len());
            self.later(0, STORY_MS, Step::Replay { door });
        }
        for _ in 0..self.dice.between(1, 6) {
            self.later(0, STORY_MS, Step::Manage);
        }
    }

    /// Somebody comes; a thief comes with somebody else's pass; some come again and again.
    fn prepare_visit(&mut self) {
        let (people, doors) = (self.people.len(), self.doors.len());
        let (person, door) = (self.dice.index(people), self.dice.index(doors));
        let is_thief = self.dice.chance(120);
        let pass = if is_thief {
            self.dice.index(people)
        } else {
            person
        };
        let times = if self.dice.chance(150) { 7 } else { 1 };
        let mut at_ms = self.dice.between(3_000, STORY_MS);
        for _ in 0..times {
            self.later(at_ms, at_ms, Step::Approach { person, pass, door });
            at_ms += self.dice.between(100, 1_500);
        }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn into_trace(self) -> (Vec<String>, Counts) {
        self.trace.into_parts()
    }
}

/// Says what happens, with the time.
macro_rules! say {
    ($world:expr, $($what:tt)*) => {{
        let now = $world.queue.now();
        $world.trace.say(now, format_args!($($what)*));
    }};
}
pub(super) use say;
