# Recipes for those who work on logtriage; `just` lists them.

python := env("PYTHON", "python3")

[doc("List the recipes")]
default:
    @just --list

[doc("Make a virtual environment with everything for development")]
setup:
    {{python}} -m venv .venv
    .venv/bin/pip install -e '.[dev]'

[doc("Format the code")]
format:
    ruff format src tests benches
    ruff check --fix src tests benches

[doc("Lint, types and import contracts")]
check:
    ruff format --check src tests benches
    ruff check src tests benches
    mypy
    lint-imports

[doc("All tests, on all cores")]
test *arguments:
    pytest -n auto {{arguments}}

[doc("Check packs, formats and dialects (all built-in ones without arguments)")]
packs *paths:
    python -m logtriage.packcheck {{paths}}

[doc("Write the schema and the reference of the configuration anew from the model")]
describe:
    python -m logtriage.configuration

[doc("Make the pages of the commands and the README's report anew")]
documents:
    python docs/make_cli.py
    python docs/pictures.py

[doc("Benchmarks; needs the extra 'bench'")]
bench:
    pytest benches --benchmark-only -p no:randomly

[doc("Exactly what CI runs")]
ci:
    bash .ci/run
