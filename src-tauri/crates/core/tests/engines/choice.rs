//! Which engine gets a job.

use std::ops::ControlFlow;

use gallop_core::jobs::State;
use gallop_core::protocol::Digest;
use gallop_core::protocol::recipe::Model;
use gallop_core::{Code as Kind, code_of};

use crate::house::House;

#[test]
fn jobs_go_to_engines_that_have_their_model() {
    let mut house = House::new();
    house.settings.engines =
        vec![house.engine("one", &["--model", "pony"]), house.engine("two", &["--model", "horse"])];
    let with_model = |name: &str, seed| {
        let mut job = house.order("A pony.", seed);
        job.order.recipe.model = Some(Model { name: name.into(), sha256: None });
        house.add(job)
    };
    let jobs = [with_model("horse", 1), with_model("pony", 2), with_model("horse", 3)];
    let done = house.run(&jobs);
    let engines: Vec<_> = done.iter().map(|job| (job.state, job.engine.as_deref().expect("an engine"))).collect();
    assert_eq!(engines, [(State::Done, "two"), (State::Done, "one"), (State::Done, "two")]);

    let lost = with_model("unicorn", 4);
    let runner = house.runner();
    let error = runner.until(&[lost], |_| ControlFlow::Continue(())).expect_err("no engine");
    assert_eq!(code_of(&error), Kind::NoEngine);
    let message = error.to_string();
    assert!(message.contains("unicorn") && message.contains("pony") && message.contains("horse"), "{message}");
    assert_eq!(house.queue.get(lost).expect("job").state, State::Waiting, "it waits for an engine that may come");
}

#[test]
fn the_very_weights_go_before_others_of_their_name() {
    let mut house = House::new();
    let with_weights = |house: &House, weights: &str| {
        let mut job = house.order("A pony.", 1);
        let sha256 = Some(Digest::of(weights).to_string());
        job.order.recipe.model = Some(Model { name: "pony".into(), sha256 });
        let id = house.add(job);
        house.run(&[id]).remove(0).engine.expect("an engine")
    };
    let one = house.engine("one", &["--weights", "a"]);
    house.settings.engines = vec![one.clone(), house.engine("two", &["--weights", "b"])];
    assert_eq!(with_weights(&house, "a"), "one");
    assert_eq!(with_weights(&house, "b"), "two");
    // Nobody has them, or the one that may have them does not start.
    assert!(["one", "two"].contains(&with_weights(&house, "c").as_str()));
    house.settings.engines = vec![one, house.engine("two", &["--end"])];
    assert_eq!(with_weights(&house, "b"), "one");
}

#[test]
fn another_engine_takes_over_from_one_that_does_not_start() {
    let mut house = House::new();
    house.settings.engines = vec![house.engine("one", &["--end"]), house.engine("two", &[])];
    let done = house.run_one("A pony.");
    assert_eq!((done.state, done.engine.as_deref()), (State::Done, Some("two")));
    // And where there is no other, it is said.
    house.settings.engines.pop();
    let id = house.add(house.order("A pony.", 1));
    let error = house.runner().until(&[id], |_| ControlFlow::Continue(())).expect_err("no engine");
    assert!(code_of(&error) == Kind::NoEngine && error.to_string().contains("no card found"), "{error}");
    house.settings.engines.clear();
    let error = house.runner().until(&[id], |_| ControlFlow::Continue(())).expect_err("no engine");
    assert!(error.to_string().contains("no engine in the settings"), "{error}");
}
