#!/usr/bin/env bash
# promtool 2.42.0 (Debian 12): `promtool check metrics` refuses text that Prometheus of the same version scrapes. It reads the
# text format of before alone: of OpenMetrics the types info and stateset end it in line 1, and without them a counter, whose
# TYPE has no _total there, is said to lack its help. Who checks an exporter has to ask it for text/plain.
# Guessed was that it reads both, as the scraper does. Run by hand: needs apt of Debian 12 and dpkg.
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>/dev/null
dpkg-deb -x prometheus_*.deb .
./usr/bin/promtool --version 2>&1 | head -1
check() { printf "$1" | ./usr/bin/promtool check metrics 2>&1 || true; }
info=$(check '# TYPE build info\n# HELP build what it is\nbuild_info{version="1"} 1\n# EOF\n')
counter=$(check '# TYPE asked counter\n# HELP asked how often\nasked_total 1\n# EOF\n')
before=$(check '# HELP asked_total how often\n# TYPE asked_total counter\nasked_total 1\n')
echo "OpenMetrics info: $info"
echo "OpenMetrics counter: $counter"
echo "text of before: ${before:-fine}"
grep -q 'unknown metric type "info"' <<<"$info" && [ -n "$counter" ] && [ -z "$before" ]
