# shellcheck shell=bash
# MariaDB, RabbitMQ, memcached.

sql() { mariadb --no-defaults --socket="$RUN/mysql/sock" --user=root "$@"; }

stage_database() {
    install -d -o mysql -g mysql -m 700 "$DATA/mysql"
    install -d -o mysql -g mysql -m 711 "$RUN/mysql"
    once mysql create_datadir
    # flush-log 2: every commit survives a killed mariadbd, which is all that happens here
    service mariadb mariadbd --no-defaults --user=mysql --datadir="$DATA/mysql" --socket="$RUN/mysql/sock" \
        --pid-file="$RUN/mysql/pid" --bind-address=127.0.0.1 --port="$PORT_MYSQL" --max-connections=1000 \
        --skip-log-bin --innodb-flush-log-at-trx-commit=2 --innodb-doublewrite=0 \
        --innodb-buffer-pool-size=384M --innodb-log-file-size=192M --skip-name-resolve \
        --character-set-server=utf8mb3 --collation-server=utf8mb3_general_ci
    wait_for 90 "MariaDB on port $PORT_MYSQL" sql -e 'select 1'
    database_users | sql
}

create_datadir() {
    rm -rf "${DATA:?}/mysql"
    install -d -o mysql -g mysql -m 700 "$DATA/mysql"
    mariadb-install-db --no-defaults --user=mysql --datadir="$DATA/mysql" --skip-test-db \
        --auth-root-authentication-method=socket >/dev/null
}

databases_of() { if [ "$1" = nova ]; then echo nova nova_api nova_cell0; else echo "$1"; fi; }

database_users() {
    local user name
    for user in "${DATABASES[@]}"; do
        echo "create user if not exists $user@'127.0.0.1';"
        echo "alter user $user@'127.0.0.1' identified by '$(secret "db-$user")';"
        for name in $(databases_of "$user"); do
            echo "create database if not exists $name;"
            echo "grant all on $name.* to $user@'127.0.0.1';"
        done
    done
}

# schema SERVICE COMMAND...: a first migration that was cut off cannot go on (DDL has no
# transactions), so it starts again in empty databases
schema() {
    local user=$1 name
    shift
    [ ! -e "$DATA/.done-schema-$user" ] || return 0
    for name in $(databases_of "$user"); do
        sql -e "drop database if exists $name; create database $name"
    done
    "$@"
    touch "$DATA/.done-schema-$user"
}

stage_messaging() {
    install -d -o rabbitmq -g rabbitmq -m 700 "$DATA/rabbit" "$RUN/rabbit" "$LOG/rabbit"
    render rabbitmq.conf "$RUN/rabbit/rabbitmq.conf"
    render rabbitmq.json "$RUN/rabbit/definitions.json"
    render rabbitmq.sh "$RUN/rabbit/start"
    secret rabbit-cookie >"$DATA/rabbit/.erlang.cookie"
    chmod 400 "$DATA/rabbit/.erlang.cookie"
    chmod 700 "$RUN/rabbit/start"
    chown -R rabbitmq:rabbitmq "$RUN/rabbit" "$DATA/rabbit/.erlang.cookie"
    local as_rabbit=(setpriv --reuid rabbitmq --regid rabbitmq --clear-groups)
    service epmd "${as_rabbit[@]}" env HOME="$DATA/rabbit" epmd -address 127.0.0.1 -port "$PORT_EPMD"
    wait_for 10 "epmd on port $PORT_EPMD" tcp_open "$PORT_EPMD"
    service rabbitmq "${as_rabbit[@]}" "$RUN/rabbit/start" rabbitmq-server
    service memcached memcached -u nobody -l 127.0.0.1 -p "$PORT_MEMCACHED" -m 128 -c 4096
    wait_for 10 "memcached on port $PORT_MEMCACHED" tcp_open "$PORT_MEMCACHED"
    wait_for 120 "RabbitMQ on port $PORT_AMQP" tcp_open "$PORT_AMQP"
}
