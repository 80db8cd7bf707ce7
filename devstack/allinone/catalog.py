"""clouds.yaml, service users, catalogue, schools and their people, limits.

catalog.py           all of it; can run again
catalog.py SERVICE   put this service into the catalogue, now that it answers

One process: each run of the command line client costs about a second.
"""

import json
import os
import pathlib
import sys

import openstack

AIO = pathlib.Path(os.environ['AIO'])
KEYSTONE = f'http://127.0.0.1:{os.environ["PORT_KEYSTONE"]}/v3'
SCHOOLS = ('school-a', 'school-b')
PERSONAS = ('member', 'admin', 'manager', 'reader', 'service')
SERVICES = {
    'glance': ('image', ''),
    'placement': ('placement', ''),
    'neutron': ('network', ''),
    'nova': ('compute', '/v2.1'),
    'cinder': ('block-storage', '/v3'),
    'clouddesk': ('desktop', ''),
}
# not before they answer: Nova asks each service that the catalogue names
LATER = ('cinder', 'clouddesk')
LIMITS = {
    'image_size_total': 20000,
    'image_stage_total': 20000,
    'image_count_total': 1000,
    'image_count_uploading': 50,
}


def secret(name):
    return (AIO / 'secrets' / name).read_text()


def cloud(user, password, **scope):
    if 'project_name' in scope:
        scope['project_domain_id'] = 'default'
    auth = {
        'auth_url': KEYSTONE,
        'username': user,
        'password': secret(password),
        'user_domain_id': 'default',
        **scope,
    }
    return {
        'region_name': 'RegionOne',
        'identity_api_version': '3',
        'auth': auth,
    }


def write_clouds():
    clouds = {
        'admin': cloud('admin', 'admin', project_name='admin'),
        'system': cloud('admin', 'admin', system_scope='all'),
    }
    for school in SCHOOLS:
        for persona in PERSONAS:
            name = school if persona == 'member' else f'{school}-{persona}'
            user = f'{school}-{persona}'
            clouds[name] = cloud(user, user, project_name=school)
    lines = ['clouds:']
    lines += [
        f'  {name}: {json.dumps(value)}' for name, value in clouds.items()
    ]
    new = AIO / 'clouds.yaml.new'
    new.write_text('\n'.join(lines) + '\n')
    new.chmod(0o600)
    new.rename(AIO / 'clouds.yaml')


class People:
    """Projects, users and roles, each made once."""

    def __init__(self, identity):
        self.identity = identity
        self.roles = {role.name: role for role in identity.roles()}
        for name in PERSONAS:
            if name not in self.roles:
                self.roles[name] = identity.create_role(name=name)

    def project(self, name):
        found = self.identity.find_project(name, domain_id='default')
        return found or self.identity.create_project(
            name=name, domain_id='default'
        )

    def user(self, name):
        found = self.identity.find_user(name, domain_id='default')
        return found or self.identity.create_user(
            name=name, domain_id='default', password=secret(name)
        )

    def grant(self, user, project, *roles):
        for role in roles:
            self.identity.assign_project_role_to_user(
                project, user, self.roles[role]
            )

    def make_services(self):
        project = self.project('service')
        for name in SERVICES:
            self.grant(self.user(name), project, 'admin', 'service')
        for name in ('glance', 'nova'):
            self.identity.assign_system_role_to_user(
                self.user(name), self.roles['reader'], 'all'
            )
        # clouddesk works in every tenant's project without a grant for each
        self.identity.put(
            f'/OS-INHERIT/domains/default/users/{self.user("clouddesk").id}'
            f'/roles/{self.roles["member"].id}/inherited_to_projects'
        ).raise_for_status()

    def make_schools(self):
        for school in SCHOOLS:
            project = self.project(school)
            self.grant(self.user('admin'), project, 'admin')
            for persona in PERSONAS:
                self.grant(self.user(f'{school}-{persona}'), project, persona)


def register(identity, name):
    """The service and its three endpoints; return the public one."""
    kind, path = SERVICES[name]
    url = f'http://127.0.0.1:{os.environ["PORT_" + name.upper()]}{path}'
    service = identity.find_service(name) or identity.create_service(
        name=name, type=kind
    )
    have = {
        end.interface: end for end in identity.endpoints(service_id=service.id)
    }
    for interface in ('public', 'internal', 'admin'):
        if interface not in have:
            have[interface] = identity.create_endpoint(
                service_id=service.id,
                interface=interface,
                url=url,
                region_id='RegionOne',
            )
    return have['public']


def limit_images(identity, service_id):
    have = {limit.resource_name for limit in identity.registered_limits()}
    for name, value in LIMITS.items():
        if name not in have:
            identity.create_registered_limit(
                service_id=service_id,
                region_id='RegionOne',
                resource_name=name,
                default_limit=value,
            )


def main():
    write_clouds()
    identity = openstack.connect(cloud='admin').identity
    people = People(identity)
    people.make_services()
    people.make_schools()
    endpoints = {
        name: register(identity, name)
        for name in SERVICES
        if name not in LATER
    }
    (AIO / 'data' / 'glance-endpoint').write_text(endpoints['glance'].id)
    limit_images(
        openstack.connect(cloud='system').identity,
        endpoints['glance'].service_id,
    )


if __name__ == '__main__':
    if sys.argv[1:]:
        register(openstack.connect(cloud='admin').identity, sys.argv[1])
    else:
        main()
