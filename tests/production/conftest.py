"""One site as it is deployed, on the kind of database that the tests run on, for this folder."""

import os

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.production.site import Site, Visitor, environment


@pytest.fixture(scope="package")
def database_url(tmp_path_factory):
    """The address of an empty database that is gone afterwards."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database')}/site.sqlite3"
        return
    known = connection.settings_dict
    server = {"user": known["USER"], "password": known["PASSWORD"], "host": known["HOST"]}
    server |= {"port": known["PORT"] or 5432}
    name = f"production_{os.getpid()}"
    with psycopg.connect(dbname="postgres", autocommit=True, **server) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            password = f":{server['password']}" if server["password"] else ""
            yield f"postgres://{server['user']}{password}@{server['host']}:{server['port']}/{name}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="package")
def site(tmp_path_factory, database_url):
    folder = tmp_path_factory.mktemp("production")
    site = Site(environment(folder, database_url), folder / "log")
    site.prepare()
    site.start()
    yield site
    site.stop()


@pytest.fixture
def visitor(site):
    return Visitor(site)


@pytest.fixture(scope="package")
def operator(site):
    return Visitor(site).log_in()
