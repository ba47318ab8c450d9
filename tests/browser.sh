#!/usr/bin/env bash
# Installs Debian's Chromium for the tests that look at pages; without it those tests are skipped.
set -euo pipefail
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
else
  echo "Chromium is not installed: the browser tests will be skipped (apt-get install chromium)"
fi
