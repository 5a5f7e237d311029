#!/bin/sh
# Build the console.  usage: build.sh STAMP DEPFILE FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
stamp=$1 depfile=$2 folder=$3
case $stamp in /*) ;; *) stamp=$PWD/$stamp ;; esac
case $depfile in /*) ;; *) depfile=$PWD/$depfile ;; esac
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac
cd "$here"
command -v npm >/dev/null || { echo "console: npm is missing (Debian packages: nodejs npm)" >&2; exit 1; }
if [ ! -f node_modules/.hinomi ] || [ package-lock.json -nt node_modules/.hinomi ]; then
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	touch node_modules/.hinomi
fi
node_modules/.bin/tsc
rm -rf "$folder"
mkdir -p "$folder"
node_modules/.bin/esbuild src/main.tsx --bundle --minify --target=es2021 --format=esm --log-level=warning \
	--jsx=automatic --jsx-import-source=preact --outfile="$folder/app.js"
node_modules/.bin/esbuild src/style.css --minify --log-level=warning --outfile="$folder/style.css"
cp src/index.html src/icon.svg "$folder/"
printf '%s:' "$stamp" >"$depfile"
for f in package.json package-lock.json tsconfig.json build.sh src/*; do printf ' %s' "$here/$f"; done >>"$depfile"
echo >>"$depfile"
touch "$stamp"
