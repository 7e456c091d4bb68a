-- Published titles: the versions of each, of which one is active. Their packages and
-- pieces lie in the object storage.
create table title_versions (
  title_id text not null,
  digest text not null,
  bytes bigint not null,
  published_at timestamptz not null,
  active boolean not null,
  primary key (title_id, digest)
);

create unique index title_versions_one_active on title_versions (title_id) where active;
