# Every target is a line or two of other tools. `make` alone lists them.

web_sources := web/index.html web/package.json web/tsconfig.json web/vite.config.ts $(shell find web/src -type f)

.PHONY: help demo test web browser documents lint schema doctor bench load

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(if $(shell command -v npm),web/dist/index.html) ## serve a sample shop with GraphiQL (ARGS='--listen 127.0.0.1:8081')
	@command -v npm >/dev/null || echo 'npm is not installed: the shop is served without GraphiQL.'
	cargo run -- demo $(ARGS)

test: ## run everything this machine can, and name what it had to leave out
	@scripts/test.sh

web: web/dist/index.html ## build the GraphiQL page if its sources changed

browser: web/dist/index.html ## open GraphiQL on a demo shop in Chromium, and use it
	scripts/with-demo.sh npm --prefix web test

documents: web/test/clients/node_modules/.package-lock.json ## send documents by id as Apollo, urql, Relay and Code Generator do
	scripts/with-demo.sh node web/test/clients/documents.mjs

lint: ## check format and lints of the Rust code
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

schema: ## rewrite schema.graphql and the table of who may call what
	UPDATE=1 cargo test --quiet --test schema
	UPDATE=1 cargo test --quiet --test api sqlite::every_root_field_lets_in_whom_its_declaration_names

doctor: ## check the installation that the settings name
	cargo run --quiet -- doctor

bench: ## measure what the gate and budgets cost
	cargo bench --bench gate --bench budget

load: ## measure requests a second beside a bare handler, on both engines
	cargo bench --bench load

web/dist/index.html: web/node_modules/.package-lock.json $(web_sources)
	npm --prefix web run build

web/node_modules/.package-lock.json: web/package-lock.json
	npm --prefix web ci

web/test/clients/node_modules/.package-lock.json: web/test/clients/package-lock.json
	npm --prefix web/test/clients ci
