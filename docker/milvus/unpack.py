"""Unpacks the server in the wheel `milvus`: unpack.py WHEEL FOLDER -> FOLDER/bin, FOLDER/lib, FOLDER/configs."""

import lzma
import os
import re
import sys
import zipfile

# The wheel's template has a default for everything but these.
PATHS = {
    'etcd_data_dir': '/var/lib/milvus/etcd',
    'local_storage_dir': '/var/lib/milvus/data',
    'rocksmq_data_dir': '/var/lib/milvus/rocksmq',
    'system_log_path': '',
}

# The C library's own; the one of the base image must be used.
LEFT_OUT = {'libresolv.so.2'}


def filled(template):
    """Fills `{{ key }}`, `{{ key: default }}` and `{{ key(type): default }}`."""

    def value(match):
        key, default = match.group(1), match.group(2)
        if key in PATHS:
            return PATHS[key] or '""'
        if default is None:
            sys.exit(f'the template asks for "{key}", which has no default and no value here')
        return default

    return re.sub(r'\{\{\s*(\w+)(?:\(\w+\))?\s*(?::\s*(.*?))?\s*\}\}', value, template)


def write(path, content, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content)
    os.chmod(path, mode)


def main(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        template = archive.read('milvus/data/config.yaml.template').decode()
        write(f'{folder}/configs/milvus.yaml', filled(template).encode())
        write(f'{folder}/configs/glog.conf', archive.read('milvus/data/glog.conf'))
        for entry in archive.namelist():
            match = re.fullmatch(r'milvus/data/bin/(.+)\.lzma', entry)
            if match is None or match.group(1) in LEFT_OUT:
                continue
            name = match.group(1)
            place = 'bin' if name == 'milvus' else 'lib'
            write(f'{folder}/{place}/{name}', lzma.decompress(archive.read(entry)), 0o755)


main(*sys.argv[1:])
