#!/bin/bash
# One database a service, an owner for its tables and a role for its daemon, which owns nothing. Run by the image once, on an empty server.
set -euo pipefail

for service in invoicing reconciliation payments reminders; do
	psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" <<-END
		create role dunlin_${service}_owner login password 'owner';
		create role dunlin_${service} login password 'dunlin';
		create database dunlin_${service} owner dunlin_${service}_owner;
		revoke all on database dunlin_${service} from public;
		grant connect on database dunlin_${service} to dunlin_${service};
	END
	psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "dunlin_$service" <<-END
		revoke all on schema public from public;
		grant usage on schema public to dunlin_${service};
		grant all on schema public to dunlin_${service}_owner;
	END
done
