#!/bin/bash
# One script, linked under each name of Kafka's own: the name says which class to run.
set -euo pipefail
log=tools-log4j2.xml
archive=
case $(basename "$0") in
  kafka-server-start.sh) class=kafka.Kafka log=log4j2.xml archive=broker ;;
  connect-mirror-maker.sh) class=org.apache.kafka.connect.mirror.MirrorMaker log=log4j2.xml archive=mirror ;;
  kafka-storage.sh) class=kafka.tools.StorageTool ;;
  kafka-topics.sh) class=org.apache.kafka.tools.TopicCommand ;;
  kafka-configs.sh) class=kafka.admin.ConfigCommand ;;
  kafka-console-producer.sh) class=org.apache.kafka.tools.ConsoleProducer ;;
  kafka-console-consumer.sh) class=org.apache.kafka.tools.consumer.ConsoleConsumer ;;
  *) echo "$0 is not a tool of this image" >&2; exit 2 ;;
esac

# In one fixed order: class archives hold for exactly the class path they were recorded with.
export LC_ALL=C
jars=(/opt/kafka/libs/*.jar)
classpath=$(IFS=:; echo "${jars[*]}")

options=()
if [ -n "$archive" ] && [ -f "/opt/kafka/archives/$archive.jsa" ]; then
  options+=("-XX:SharedArchiveFile=/opt/kafka/archives/$archive.jsa")
fi
# The variables hold several options each.
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1} \
  "${options[@]}" ${KAFKA_JMX_OPTS:-} \
  ${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=/opt/kafka/config/$log} \
  -cp "$classpath" ${KAFKA_OPTS:-} "$class" "$@"
