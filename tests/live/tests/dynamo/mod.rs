//! A DynamoDB in this process, with the two tables as `infra/template.yaml` defines them.

use std::{
    collections::HashMap,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use aws::{runtime::client::Connection, runtime::settings, table::Table};
use aws_sdk_dynamodb::{
    Client,
    operation::create_table::builders::CreateTableFluentBuilder,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
        KeyType, Projection, ProjectionType, ScalarAttributeType,
    },
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use yaml_rust2::{Yaml, YamlLoader};

const TEMPLATE: &str = include_str!("../../../../infra/template.yaml");

static TABLES: AtomicU64 = AtomicU64::new(0);

/// Two new tables on a DynamoDB.
pub(crate) struct Dynamo {
    pub(crate) connection: Connection,
    pub(crate) client: Client,
    table_name: String,
    contacts_name: String,
}

impl Dynamo {
    /// Starts a DynamoDB, unless `AWS_ENDPOINT_URL_DYNAMODB` names one, and creates the tables in it.
    pub(crate) async fn start() -> Self {
        let url = match settings::optional("AWS_ENDPOINT_URL_DYNAMODB") {
            Some(url) => url,
            None => {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
                    .await
                    .unwrap();
                let url = format!("http://{}", listener.local_addr().unwrap());
                let database = dynoxide::Database::memory().unwrap();
                tokio::spawn(dynoxide::server::serve_on(listener, database));
                url
            }
        };
        let key_id = settings::optional("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "test".to_owned());
        let secret =
            settings::optional("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "test".to_owned());
        Self::at(&url, &key_id, &secret).await
    }

    /// Creates the tables in the DynamoDB at this address.
    pub(crate) async fn at(url: &str, key_id: &str, secret: &str) -> Self {
        let connection = Connection::to_endpoint(url, "us-east-1", key_id, secret);
        let client = connection.dynamodb();
        let table_name = format!(
            "contract-{}-{}",
            std::process::id(),
            TABLES.fetch_add(1, Ordering::Relaxed)
        );
        let contacts_name = format!("{table_name}-contacts");
        create(&client, &table_name, &template_table("Table")).await;
        create(&client, &contacts_name, &template_table("Contacts")).await;
        Self {
            connection,
            client,
            table_name,
            contacts_name,
        }
    }

    /// The table as the functions use it.
    pub(crate) fn table(&self) -> Table {
        self.table_of(self.client.clone())
    }

    /// The table through another HTTP client.
    pub(crate) fn table_through(&self, http: SharedHttpClient) -> Table {
        let client = self.connection.clone().with_http_client(http).dynamodb();
        self.table_of(client)
    }

    fn table_of(&self, client: Client) -> Table {
        Table::new(client, &self.table_name)
            .with_contacts(&self.contacts_name)
            .with_customer_key(*b"customer key")
    }

    /// Every item without personal data, read by a scan.
    pub(crate) async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        self.scan(&self.table_name).await
    }

    /// Every item of the table of personal data, read by a scan.
    pub(crate) async fn contacts(&self) -> Vec<HashMap<String, AttributeValue>> {
        self.scan(&self.contacts_name).await
    }

    async fn scan(&self, table: &str) -> Vec<HashMap<String, AttributeValue>> {
        let pages = self
            .client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .into_paginator();
        pages
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .unwrap()
    }
}

/// The properties of a table of the template.
pub(crate) fn template_table(name: &str) -> Yaml {
    static RESOURCES: LazyLock<Yaml> = LazyLock::new(|| {
        let documents = YamlLoader::load_from_str(TEMPLATE).unwrap();
        documents[0]["Resources"].clone()
    });
    RESOURCES[name]["Properties"].clone()
}

async fn create(client: &Client, name: &str, definition: &Yaml) {
    let create = client.create_table().table_name(name);
    as_defined(create, definition).send().await.unwrap();
    for _ in 0..100 {
        let described = client.describe_table().table_name(name).send().await;
        let described = described.unwrap();
        let status = described.table().and_then(|table| table.table_status());
        if status.is_some_and(|status| status.as_str() == "ACTIVE") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the table {name} does not become active");
}

fn as_defined(mut create: CreateTableFluentBuilder, table: &Yaml) -> CreateTableFluentBuilder {
    for attribute in table["AttributeDefinitions"].as_vec().unwrap() {
        let kind = ScalarAttributeType::from(attribute["AttributeType"].as_str().unwrap());
        let name = attribute["AttributeName"].as_str().unwrap();
        let definition = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind);
        create = create.attribute_definitions(definition.build().unwrap());
    }
    for index in table["GlobalSecondaryIndexes"].as_vec().unwrap() {
        let kind = ProjectionType::from(index["Projection"]["ProjectionType"].as_str().unwrap());
        let index = GlobalSecondaryIndex::builder()
            .index_name(index["IndexName"].as_str().unwrap())
            .set_key_schema(Some(key_schema(&index["KeySchema"])))
            .projection(Projection::builder().projection_type(kind).build());
        create = create.global_secondary_indexes(index.build().unwrap());
    }
    create
        .set_key_schema(Some(key_schema(&table["KeySchema"])))
        .billing_mode(BillingMode::from(table["BillingMode"].as_str().unwrap()))
}

fn key_schema(schema: &Yaml) -> Vec<KeySchemaElement> {
    let element = |key: &Yaml| {
        let kind = KeyType::from(key["KeyType"].as_str().unwrap());
        let name = key["AttributeName"].as_str().unwrap();
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    schema.as_vec().unwrap().iter().map(element).collect()
}
