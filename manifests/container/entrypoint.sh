#!/bin/sh
# Stands in the image as `deskhand`, so that whatever is run in a container has the secrets: its process, a probe, a person's `doctor`.
# Secrets come as files (NAME_FILE names one) and go into this process' environment alone: no image and no inspection shows them.
set -eu

take() { # NAME: its value from the file that NAME_FILE names, if it names one
    eval "file=\${${1}_FILE:-}"
    [ -n "$file" ] || return 0
    [ -r "$file" ] || {
        echo "deskhand: ${1}_FILE names $file, which user $(id -u) cannot read: let it (chmod 644, in a folder that is closed to others)" >&2
        exit 2
    }
    value="$(cat "$file")"
    export "$1=$value"
    unset "${1}_FILE" value
}

# PGPASSWORD is read by PostgreSQL's own library, so that DATABASE_URL need not hold it.
for name in DATABASE_URL PGPASSWORD REDIS_URL DESKHAND_SECRET_KEY DESKHAND_METRICS_TOKEN DESKHAND_MODEL_KEY DESKHAND_SMTP_URL \
    DESKHAND_PAGER_KEY DESKHAND_ANCHOR_AUTHORIZATION DESKHAND_KEYS_URL DESKHAND_KEY_SERVICE_TOKEN; do
    take "$name"
done
exec /opt/deskhand/bin/deskhand "$@"
