-- Makes data/desk.db when it is not there. Put your own tables here, or point `path` in office.toml
-- at a database you already have.
create table request (
  id     integer primary key,
  kind   text not null,
  title  text not null,
  sender text,
  status text not null default 'open' check (status in ('open', 'closed'))
) strict;
