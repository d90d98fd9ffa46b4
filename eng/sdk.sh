# Sourced by the scripts at the root: checks that the .NET SDK they need is there.
if ! command -v dotnet >/dev/null 2>&1; then
  echo "The .NET 10 SDK is needed, and no 'dotnet' is on the PATH. Get it from https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 2
fi
if ! dotnet --version >/dev/null 2>&1; then
  echo "No installed .NET SDK fits global.json (10.0.100 or a later 10.0 feature band). Installed:" >&2
  (cd / && dotnet --list-sdks) >&2
  exit 2
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
