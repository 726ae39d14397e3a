//! Files by the field names that the systems publish.

use cost_people::ColumnMeaning;

use crate::{read, rows};

#[test]
fn scim_is_read_with_its_enterprise_extension_and_the_primary_address_first() {
    let scim = r#"{ "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 2, "Resources": [
        { "id": "a1", "externalId": "17", "userName": "ana", "displayName": "Ana", "active": true,
          "emails": [{ "value": "ana.old@acme.test", "type": "other" }, { "value": "Ana@acme.test", "primary": true }],
          "groups": [{ "value": "g1", "display": "Web" }],
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "17", "costCenter": "4130", "department": "Web", "manager": { "value": "9", "displayName": "Mia" } } },
        { "id": "b2", "userName": "bo@acme.test", "active": false }
    ] }"#;
    let snapshot = read(|reader| reader.facts(["department", "cost_center", "manager"]), scim);
    assert_eq!(
        rows(&snapshot),
        [
            "ana@acme.test+ana.old@acme.test .. cost_center=4130 department=Web manager=Mia",
            "bo@acme.test ..2026-10-05 ",
        ]
    );
    assert_eq!(snapshot.rows[0].id.as_deref(), Some("17"));
}

#[test]
fn okta_is_read_with_the_day_of_a_status() {
    let okta = r#"[
        { "id": "00u1", "status": "ACTIVE", "activated": "2024-02-01T09:30:00.000Z", "statusChanged": "2024-02-01T09:30:00.000Z",
          "profile": { "login": "ana@acme.test", "email": "ana@acme.test", "secondEmail": "ana@home.test", "department": "Web" } },
        { "id": "00u2", "status": "DEPROVISIONED", "activated": "2023-01-01T00:00:00.000Z", "statusChanged": "2026-09-30T17:00:00.000Z",
          "profile": { "login": "bo@acme.test", "email": "bo@acme.test", "department": "Data" } }
    ]"#;
    let snapshot = read(|reader| reader.facts(["department"]), okta);
    assert_eq!(
        rows(&snapshot),
        [
            "ana@acme.test+ana@home.test 2024-02-01.. department=Web",
            "bo@acme.test 2023-01-01..2026-10-01 department=Data",
        ]
    );
}

#[test]
fn entra_is_read_from_its_bulk_file_and_from_graph() {
    let csv = "userPrincipalName,displayName,surname,mail,givenName,objectId,userType,jobTitle,department,accountEnabled\n\
        ana@acme.onmicrosoft.com,Ana,A,ana@acme.test,Ana,o-1,Member,Engineer,Web,True\n\
        guest_x#EXT#@acme.onmicrosoft.com,X,X,,X,o-2,Guest,,,False\n";
    let snapshot = read(|reader| reader.facts(["department"]), csv);
    assert_eq!(
        rows(&snapshot),
        [
            "ana@acme.test+ana@acme.onmicrosoft.com .. department=Web",
            "guest_x#ext#@acme.onmicrosoft.com ..2026-10-05 ",
        ]
    );
    let graph = r#"{ "@odata.context": "x", "value": [ { "id": "o-1", "userPrincipalName": "ana@acme.test", "mail": null,
        "accountEnabled": true, "employeeHireDate": "2024-02-01T00:00:00Z", "employeeLeaveDateTime": null,
        "employeeOrgData": { "division": "Product", "costCenter": "4130" }, "department": "Web" } ] }"#;
    let snapshot = read(|reader| reader.facts(["division", "cost_center", "department"]), graph);
    assert_eq!(
        rows(&snapshot),
        ["ana@acme.test 2024-02-01.. cost_center=4130 department=Web division=Product"]
    );
}

#[test]
fn workday_has_a_last_day_that_is_a_day_at_work() {
    let csv = "Start_Date,Full_Name,Employee_ID,Manager_Name,Manager_ID,Team_ID,Team_Name,Termination_Date,Location,Email,Employee_Type\n\
        2024-03-01,\"Ana, A\",17,Mia,9,T1,Web,,Berlin,ana@acme.test,Regular\n\
        2023-01-09,Bo B,18,Mia,9,T2,Data,2026-09-30,Oslo,bo@acme.test,Regular\n";
    let snapshot = read(|reader| reader.facts(["team", "location"]), csv);
    assert_eq!(
        rows(&snapshot),
        [
            "ana@acme.test 2024-03-01.. location=Berlin team=Web",
            "bo@acme.test 2023-01-09..2026-10-01 location=Oslo team=Data",
        ]
    );
    let kept: Vec<_> = snapshot
        .columns
        .iter()
        .filter(|column| column.meaning.is_some())
        .map(|column| &*column.name)
        .collect();
    assert_eq!(
        kept,
        ["Start_Date", "Employee_ID", "Team_Name", "Termination_Date", "Location", "Email"],
        "no names of people"
    );
}

#[test]
fn google_has_paths_of_units_whose_levels_are_facts() {
    let csv = "First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY],Department,Cost Center\n\
        Ana,A,ana@acme.test,/Engineering/Web,Active,Web,4130\n\
        Bo,B,bo@acme.test,/Sales,Suspended,,\n";
    let snapshot = read(|reader| reader.facts(["org_1", "org_2", "cost_center"]), csv);
    assert_eq!(
        rows(&snapshot),
        [
            "ana@acme.test .. cost_center=4130 org_1=Engineering org_2=Web",
            "bo@acme.test ..2026-10-05 org_1=Sales",
        ]
    );
    let api = r#"{ "kind": "admin#directory#users", "users": [ { "id": "1", "primaryEmail": "ana@acme.test", "suspended": true,
        "orgUnitPath": "/Engineering", "aliases": ["a.a@acme.test"], "organizations": [ { "department": "Web", "costCenter": "1" } ] } ] }"#;
    let snapshot = read(|reader| reader.facts(["department", "org_1"]), api);
    assert_eq!(
        rows(&snapshot),
        ["ana@acme.test+a.a@acme.test ..2026-10-05 department=Web org_1=Engineering"]
    );
}

#[test]
fn a_column_that_says_who_is_suspended_is_read_the_other_way_round() {
    let csv = "primaryEmail,suspended\nana@acme.test,false\nbo@acme.test,TRUE\n";
    assert_eq!(rows(&read(|reader| reader, csv)), ["ana@acme.test .. ", "bo@acme.test ..2026-10-05 "]);
}

#[test]
fn bamboohr_and_hibob_have_tables_of_dated_rows() {
    let bamboo = "Employee Number,Work Email,Effective Date,Department,Division\n\
        17,ana@acme.test,2024-03-01,Web,Product\n\
        17,ana@acme.test,2026-06-01,Data,Product\n";
    let snapshot = read(|reader| reader.facts(["department"]), bamboo);
    assert_eq!(
        rows(&snapshot),
        ["ana@acme.test 2024-03-01..2026-06-01 department=Web", "ana@acme.test 2026-06-01.. department=Data",]
    );
    let bob = r#"{ "employees": [ { "id": "33", "email": "bo@acme.test", "work": { "department": "Data", "site": "Oslo", "startDate": "2025-01-07" } } ] }"#;
    let snapshot = read(|reader| reader.facts(["department", "site"]), bob);
    assert_eq!(rows(&snapshot), ["bo@acme.test 2025-01-07.. department=Data site=Oslo"]);
}

#[test]
fn cursors_groups_have_days_of_joining_and_leaving() {
    let csv = "email,group,joinedAt,leftAt\n\
        ana@acme.test,Web,2026-01-05T10:00:00Z,2026-06-01T00:00:00Z\n\
        bo@acme.test,Data,2026-02-01T00:00:00Z,\n";
    let snapshot = read(|reader| reader.facts(["group"]), csv);
    assert_eq!(
        rows(&snapshot),
        ["ana@acme.test 2026-01-05..2026-06-01 group=Web", "bo@acme.test 2026-02-01.. group=Data",]
    );
}

#[test]
fn what_is_stated_of_a_column_wins_over_its_name() {
    let csv = "Kontakt,Abteilung,bis\nana@acme.test,Web,2026-09-30\n";
    let reader = |reader: cost_people::PeopleReader| {
        reader
            .column("kontakt", ColumnMeaning::Email)
            .column("Bis", ColumnMeaning::LastDay)
            .facts(["abteilung"])
    };
    assert_eq!(rows(&read(reader, csv)), ["ana@acme.test ..2026-10-01 abteilung=Web"]);
}

#[test]
fn facts_that_need_not_be_there_are_left_out_where_they_are_not() {
    let snapshot =
        read(|reader| reader.facts_if_there(["team", "department"]), "email,Team\nana@acme.test,Web\n");
    assert_eq!(
        (snapshot.facts.clone(), rows(&snapshot)),
        (vec!["team".to_owned()], vec!["ana@acme.test .. team=Web".to_owned()])
    );
}

#[test]
fn a_snapshot_may_be_kept_without_the_names_in_it() {
    let snapshot =
        read(|reader| reader, "id,email,second_email\n7,ana@acme.test,a@acme.test\n8,bo@acme.test,\n");
    assert_eq!(
        snapshot.names().into_iter().collect::<Vec<_>>(),
        ["7", "8", "a@acme.test", "ana@acme.test", "bo@acme.test"]
    );
    let numbered = snapshot.clone().renamed(|name| Some(format!("#{}", name.len())));
    assert!(!numbered.to_json().unwrap().contains("acme"));
    let erased = snapshot.renamed(|name| (name != "bo@acme.test").then(|| name.to_owned()));
    assert_eq!(rows(&erased), ["ana@acme.test+a@acme.test .. "]);
}

#[test]
fn a_snapshot_is_the_same_after_it_was_kept() {
    let snapshot = read(
        |reader| reader.facts(["team"]),
        "id,email,team,status\n1,ana@acme.test,Web,odd\n2,bo@acme.test,,left\n",
    );
    let kept = cost_people::Snapshot::from_json(&snapshot.to_json().unwrap()).unwrap();
    assert_eq!(kept, snapshot);
}
