//! The life of a connection, and who may change it.

use cost_ingest::connections::{Action, Actor, By, Connections, Role, Roles, Status, refuse_duplicates};
use cost_ingest::{ErrorKind, Ingest, Result, RunReport};
use cost_model::money::Tokens;
use cost_model::source::ProviderSnapshot;
use cost_model::store::{ConnectionId, Scope};
use cost_model::tagger::NoTags;
use cost_model::{CostRecord, CostStore, Costs, Currency, Ledger, MemoryStore, Money};

use crate::support::{AUGUST, DAY, Script, at, finish, row, window};

fn ada() -> Actor {
    Actor::new("ada@acme.test")
}

fn owners() -> Roles {
    Roles::default().with(&ada(), Role::IntegrationOwner)
}

fn by<'a>(authorizer: &'a Roles, actor: &'a Actor) -> By<'a> {
    By { authorizer, actor, at: at(AUGUST) }
}

fn id(name: &str) -> ConnectionId {
    ConnectionId::new(name)
}

fn with(names: &[&str]) -> Connections {
    let mut connections = Connections::default();
    for name in names {
        let reference = format!("vault:{name}");
        connections.add(&by(&owners(), &ada()), id(name), *name, "cursor", reference).unwrap();
    }
    connections
}

fn import(
    connections: &mut Connections,
    name: &str,
    source: &Script,
    store: &dyn CostStore,
) -> Result<RunReport> {
    connections.begin(&id(name)).unwrap();
    let now = at(AUGUST + 10 * DAY);
    let outcome = finish(Ingest::new(source, store, id(name)).run(window(AUGUST, AUGUST + 10 * DAY), now));
    connections.finish(&id(name), now, &outcome).unwrap();
    outcome
}

/// Every role, every action.
#[test]
fn only_owners_change_connections() {
    for role in Role::ALL {
        let may = matches!(role, Role::OrganizationOwner | Role::IntegrationOwner);
        let roles = Roles::default().with(&ada(), role);
        for action in Action::ALL {
            let mut connections = with(&["acme"]);
            import(&mut connections, "acme", &Script::new(vec![]), &MemoryStore::new()).unwrap();
            let before = connections.clone();
            let of = id("acme");
            let done = match action {
                Action::Add => connections.add(&by(&roles, &ada()), id("new"), "new", "cursor", "vault:new"),
                Action::Rename => connections.rename(&by(&roles, &ada()), &of, "renamed"),
                Action::ReplaceKey => connections.replace_key(&by(&roles, &ada()), &of, "vault:other"),
                Action::Assign => connections.assign(&by(&roles, &ada()), &of, ["west".to_owned()]),
                Action::Disconnect => connections.disconnect(&by(&roles, &ada()), &of),
                Action::Remove => {
                    finish(connections.remove(&by(&roles, &ada()), &of, &MemoryStore::new())).map(|_| ())
                }
                other => panic!("{other:?} is not in the table"),
            };
            assert_eq!(done.is_ok(), may, "{role:?} {action:?}");
            match done {
                Ok(()) => {
                    let record = connections.audit_trail().last().unwrap();
                    assert_eq!((record.action, &record.actor), (action, &ada()));
                    assert_eq!(record.before.is_none(), action == Action::Add);
                    assert_eq!(record.after.is_none(), action == Action::Remove);
                    assert_ne!(record.before, record.after);
                }
                Err(error) => {
                    assert_eq!(error.kind(), &ErrorKind::NotAllowed);
                    assert!(!error.to_string().contains("ada"), "{error}");
                    assert_eq!(connections, before, "a refusal changes nothing");
                }
            }
        }
    }
    let stranger = Actor::new("noor");
    let error = with(&["acme"]).rename(&by(&owners(), &stranger), &id("acme"), "x").unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NotAllowed);
}

#[test]
fn a_connection_goes_from_pending_to_stable_and_on() {
    let mut connections = with(&["acme"]);
    let status = |connections: &Connections| connections.get(&id("acme")).unwrap().status.clone();
    assert_eq!((status(&connections), status(&connections).api_word(false)), (Status::Pending, "pending"));
    let store = MemoryStore::new();
    let mut source = Script::new(vec![row(AUGUST, 1)]);

    source.fails_at = Some(0);
    import(&mut connections, "acme", &source, &store).unwrap_err();
    let Status::Error { cause } = status(&connections) else { panic!("{:?}", status(&connections)) };
    assert!(cause.contains("the provider is away"), "{cause}");
    assert_eq!(connections.get(&id("acme")).unwrap().last_success, None);

    connections.begin(&id("acme")).unwrap();
    assert_eq!(status(&connections).console_word(), Some("Importing"));
    source.fails_at = None;
    import(&mut connections, "acme", &source, &store).unwrap();
    assert_eq!((status(&connections), status(&connections).console_word()), (Status::Stable, Some("Stable")));
    assert_eq!(
        (status(&connections).api_word(false), status(&connections).api_word(true)),
        ("imported", "connected")
    );

    source.fails_at = Some(source.asked().len());
    import(&mut connections, "acme", &source, &store).unwrap_err();
    assert_eq!(status(&connections).console_word(), Some("Warning"));
    assert_eq!(
        finish(store.count(&id("acme"), window(AUGUST, AUGUST + DAY))).unwrap(),
        1,
        "what was stored stands"
    );

    connections.disconnect(&by(&owners(), &ada()), &id("acme")).unwrap();
    assert_eq!(connections.begin(&id("acme")).unwrap_err().kind(), &ErrorKind::Status);
    connections.replace_key(&by(&owners(), &ada()), &id("acme"), "vault:new").unwrap();
    assert_eq!(status(&connections), Status::Stable, "a new key takes it up again");
    assert_eq!(finish(store.count(&id("acme"), window(AUGUST, AUGUST + DAY))).unwrap(), 1, "charges stay");
}

#[test]
fn names_are_unique_and_free_to_change() {
    let mut connections = with(&["acme", "beta"]);
    let taken = connections.rename(&by(&owners(), &ada()), &id("beta"), "acme").unwrap_err();
    assert_eq!(taken.kind(), &ErrorKind::NameTaken);
    connections.rename(&by(&owners(), &ada()), &id("beta"), "beta").unwrap();
    connections.rename(&by(&owners(), &ada()), &id("acme"), "gamma").unwrap();
    connections.rename(&by(&owners(), &ada()), &id("beta"), "acme").unwrap();
    let unknown = connections.rename(&by(&owners(), &ada()), &id("delta"), "x").unwrap_err();
    assert_eq!(unknown.kind(), &ErrorKind::NotFound);
    let again = connections.add(&by(&owners(), &ada()), id("acme"), "new", "cursor", "v").unwrap_err();
    assert_eq!(again.kind(), &ErrorKind::NameTaken);
}

#[test]
fn workspaces_see_their_connections_only() {
    let mut connections = with(&["acme", "beta"]);
    let early = connections.assign(&by(&owners(), &ada()), &id("acme"), ["west".to_owned()]).unwrap_err();
    assert_eq!(early.kind(), &ErrorKind::Status);
    let store = MemoryStore::new();
    import(&mut connections, "acme", &Script::new(vec![row(AUGUST, 1)]), &store).unwrap();
    import(&mut connections, "beta", &Script::new(vec![row(AUGUST, 2)]), &store).unwrap();
    connections.assign(&by(&owners(), &ada()), &id("acme"), ["west".to_owned(), "east".to_owned()]).unwrap();
    connections.assign(&by(&owners(), &ada()), &id("beta"), ["east".to_owned()]).unwrap();
    let seen = |workspace: Option<&str>| {
        let scope = connections.scope(workspace);
        let ledger = finish(Ledger::from_store(&store, &scope, Currency::USD)).unwrap();
        let report = cost_model::report::Query::all_resources().run(&ledger, &NoTags).unwrap();
        report.total.effective.amount.units()
    };
    assert_eq!((seen(None), seen(Some("west")), seen(Some("east")), seen(Some("north"))), (3, 1, 3, 0));
}

#[test]
fn removing_one_team_leaves_the_other_to_the_last_digit() {
    let mut connections = with(&["acme", "beta"]);
    let store = MemoryStore::new();
    for (millis, name) in [(0, "acme"), (1, "beta")] {
        let rows =
            (0..10).map(|hour| row(AUGUST + hour * 3_600_000 + millis, 10_i128.pow(20) + i128::from(hour)));
        import(&mut connections, name, &Script::new(rows.collect()), &store).unwrap();
        finish(store.observe(&id(name), ProviderSnapshot::at(at(AUGUST)))).unwrap();
    }
    let of = |name: &str| {
        let mut rows: Vec<CostRecord> = Vec::new();
        finish(store.scan(&Scope::all().connection(id(name)), &mut rows)).unwrap();
        rows
    };
    let before = of("beta");
    let removed = finish(connections.remove(&by(&owners(), &ada()), &id("acme"), &store)).unwrap();
    assert_eq!(removed, 10);
    assert!(of("acme").is_empty() && of("beta") == before);
    assert!(finish(store.observations(&id("acme"))).unwrap().is_empty());
    assert_eq!(finish(store.observations(&id("beta"))).unwrap().len(), 1);
    assert!(finish(store.coverage(&id("acme"))).unwrap().spans().is_empty());
    assert_eq!(connections.get(&id("acme")).unwrap_err().kind(), &ErrorKind::NotFound);
    assert_eq!(connections.audit_trail().last().unwrap().action, Action::Remove);
}

/// A use of so many tokens, with a conversation as the API tells it, or without as a file does.
fn used(second: i64, tokens: u64, from_api: bool) -> CostRecord {
    let costs = Costs::flat(Money::from_units(i128::from(tokens)));
    let mut record = CostRecord::new(at(AUGUST + second * 1000), "cursor", Currency::USD, costs);
    record.tokens.input = Tokens::new(tokens);
    record.stated.conversation = from_api.then(|| format!("conversation-{second}").into());
    record
}

#[test]
fn the_same_team_twice_and_a_file_beside_the_api_are_refused() {
    let store = MemoryStore::new();
    let mut connections = with(&["api", "again", "file", "one", "other"]);
    let uses = |from_api| -> Vec<_> {
        (0..30).map(|second| used(second, 5 + second.cast_unsigned(), from_api)).collect()
    };
    let others = (0..30).map(|second| used(second, 1000 + second.cast_unsigned(), true)).collect();
    for (name, rows) in [("api", uses(true)), ("other", others)] {
        import(&mut connections, name, &Script::new(rows), &store).unwrap();
    }
    let window = window(AUGUST, AUGUST + DAY);
    finish(refuse_duplicates(&store, &id("api"), window)).unwrap();
    for (name, rows) in [("again", uses(true)), ("file", uses(false)), ("one", uses(true).split_off(29))] {
        let shared = u64::try_from(rows.len()).unwrap();
        let error = import(&mut connections, name, &Script::new(rows), &store).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::DuplicateConnection { other: id("api"), shared });
        assert_eq!(finish(store.count(&id(name), window)).unwrap(), 0, "nothing was stored");
    }
    finish(refuse_duplicates(&store, &id("other"), window)).unwrap();
}

#[test]
fn connections_come_back_from_json_and_tell_no_names_in_debug() {
    let connections = with(&["acme"]);
    let json = serde_json::to_string(&connections).unwrap();
    assert_eq!(serde_json::from_str::<Connections>(&json).unwrap(), connections);
    assert!(json.contains(r#""secret_reference":"vault:acme""#) && json.contains(r#""status":"pending""#));
    let shown = format!("{connections:?} {:?}", owners());
    assert!(!shown.contains("ada@"), "{shown}");
}
