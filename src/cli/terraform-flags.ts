import type { Arguments, Flag } from './command.ts'

/** Values for the variables of a Terraform folder: the same flags wherever rules are read. */
export const TERRAFORM_FLAGS: Record<string, Flag> = {
  var: {
    value: 'NAME=VALUE',
    multiple: true,
    help: 'value of a variable of a Terraform folder, as `terraform plan -var` takes it',
  },
  'var-file': {
    value: 'FILE',
    multiple: true,
    help: 'values of variables, beside terraform.tfvars, *.auto.tfvars and TF_VAR_…',
  },
}

export const terraformValues = (args: Arguments) => ({
  vars: args.texts('var'),
  varFiles: args.texts('var-file'),
  env: process.env,
})
