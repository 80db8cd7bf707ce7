#!/bin/sh
export HOME=@DATA@/rabbit
export RABBITMQ_NODENAME=clouddesk@PORT_BASE@@localhost
export RABBITMQ_MNESIA_BASE=@DATA@/rabbit
export RABBITMQ_LOG_BASE=@LOG@/rabbit
export RABBITMQ_CONFIG_FILE=@RUN@/rabbit/rabbitmq.conf
export RABBITMQ_PID_FILE=@RUN@/rabbit/pid
export RABBITMQ_DIST_PORT=@PORT_AMQP_DIST@
export RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_ENABLED_PLUGINS_FILE=/dev/null
export ERL_EPMD_ADDRESS=127.0.0.1
export ERL_EPMD_PORT=@PORT_EPMD@
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none"
program=/usr/lib/rabbitmq/bin/$1
shift
exec "$program" "$@"
