use cursor_simulator::Server;
use tokio::net::TcpStream;

use crate::support::{EVENTS, over_tcp, small};

#[tokio::test]
async fn sockets_and_handle_answer_alike() {
    let server = Server::start(small()).await.unwrap();
    let (status, head, body) = over_tcp(&server, EVENTS, r#"{"pageSize":3}"#).await.unwrap();
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/json"));
    let direct = crate::support::send(server.simulator(), http::Method::POST, EVENTS, r#"{"pageSize":3}"#);
    assert_eq!(body.as_bytes(), &direct.body()[..]);
    let log = server.simulator().log();
    assert_eq!(log.len(), 2);
    assert_eq!(log[0], log[1]);
    assert_eq!(log[0].body, r#"{"pageSize":3}"#);
}

#[tokio::test]
async fn many_clients_at_once_are_served() {
    let server = std::sync::Arc::new(Server::start(small()).await.unwrap());
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let server = server.clone();
        clients.spawn(async move { over_tcp(&server, "/teams/members", "").await.unwrap().0 });
    }
    while let Some(status) = clients.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
}

#[tokio::test]
async fn the_port_closes_on_drop() {
    let server = Server::start(small()).await.unwrap();
    let address = server.base_url().strip_prefix("http://").unwrap().to_owned();
    assert!(TcpStream::connect(&address).await.is_ok());
    drop(server);
    for _ in 0..100 {
        if TcpStream::connect(&address).await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the port is still open");
}
